/* Take pictures of screens: see dev/lib/shots.py, which says which. */
const fs = require("fs");
const {chromium} = require("playwright-core");

const WAIT = 30000;

async function logIn(browser, wanted, shot) {
    const context = await browser.newContext({
        viewport: {width: shot.width || 1300, height: shot.height || 900},
        locale: (shot.lang || "en_US").replace("_", "-"),
        reducedMotion: "reduce",
    });
    const page = await context.newPage();
    page.setDefaultTimeout(WAIT);
    if (!shot.login) {
        return [context, page];
    }
    await page.goto(`${wanted.address}/web/login`);
    await page.fill("input[name=login]", shot.login);
    await page.fill("input[name=password]", shot.login);
    await page.click("button[type=submit]");
    await page.waitForSelector(".o_web_client, #wrapwrap");
    return [context, page];
}

async function settle(page) {
    await page.waitForTimeout(500);
    await page.waitForSelector(".o_loading_indicator", {state: "hidden"});
    await page.evaluate(() => document.fonts.ready);
    await page.waitForTimeout(1000);
}

async function take(browser, wanted, shot) {
    const [context, page] = await logIn(browser, wanted, shot);
    await page.goto(wanted.address + shot.path);
    await page.waitForSelector(shot.wait || ".o_action, #wrapwrap");
    await settle(page);
    for (const target of shot.press || []) {
        await page.locator(target).first().dispatchEvent("click");
        await settle(page);
    }
    if (shot.full) {
        const height = await page.evaluate(() =>
            Math.max(
                ...[...document.querySelectorAll(".o_content, .o_form_sheet_bg")].map(
                    (part) => part.getBoundingClientRect().top + part.scrollHeight
                )
            )
        );
        await page.setViewportSize({
            width: shot.width || 1300,
            height: Math.min(Math.ceil(height), 3000),
        });
        await settle(page);
    }
    // neither the tooltip of what lies below the mouse, nor a selected text
    await page.mouse.move(0, 0);
    await page.evaluate(() => document.activeElement.setSelectionRange?.(0, 0));
    await page.waitForTimeout(300);
    const part = shot.part ? page.locator(shot.part).first() : page;
    await part.screenshot({path: shot.file});
    await context.close();
}

async function main() {
    const wanted = JSON.parse(fs.readFileSync(process.argv[2]));
    const browser = await chromium.launch({
        executablePath: wanted.browser,
        args: ["--no-sandbox", "--disable-gpu", "--lang=en-US"],
    });
    try {
        for (const shot of wanted.shots) {
            console.error(`  ${shot.file.split("/").pop()}`);
            await take(browser, wanted, shot);
        }
    } finally {
        await browser.close();
    }
}

main().catch((error) => {
    console.error(String(error));
    process.exit(1);
});
