// The rules of OCA's addons that fail a check; those that only warn are left out.
const globals = require("globals");

const errors = [
    "init-declarations",
    "no-cond-assign",
    "no-const-assign",
    "no-debugger",
    "no-dupe-args",
    "no-dupe-class-members",
    "no-dupe-keys",
    "no-duplicate-case",
    "no-duplicate-imports",
    "no-empty-function",
    "no-eq-null",
    "no-eval",
    "no-ex-assign",
    "no-extend-native",
    "no-func-assign",
    "no-global-assign",
    "no-lonely-if",
    "no-multi-str",
    "no-return-assign",
    "no-undef",
    "no-unneeded-ternary",
    "no-unreachable",
    "no-unsafe-finally",
    "no-unused-expressions",
    "no-unused-labels",
    "no-unused-vars",
    "no-use-before-define",
    "use-isnan",
];

module.exports = [
    {
        files: ["static/**/*.js"],
        languageOptions: {
            sourceType: "module",
            globals: {...globals.browser, luxon: "readonly", odoo: "readonly"},
        },
    },
    {
        files: ["dev/**/*.js", "*.cjs"],
        languageOptions: {
            sourceType: "commonjs",
            // what a page evaluates stands in the program that drives it
            globals: {...globals.browser, ...globals.node},
        },
    },
    {
        rules: {
            ...Object.fromEntries(errors.map((name) => [name, "error"])),
            "operator-assignment": ["error", "always"],
            "spaced-comment": ["error", "always"],
        },
    },
];
