"""The law of the house: a room for each capability, and nobody calls upstairs.

A room is a folder of ``models/``. It extends rooms below it, by ``super()`` on what is
there, and names nothing that is defined above it; so a reader who knows the rooms below
knows all that a room needs.
"""

import ast
import collections
import re

import pytest
from lib import paths

MODELS = paths.REPO / "models"
#: folders of tests of more than one room
WHOLE_HOUSE = {"lifetime", "machines", "races", "screens", "tools"}
#: folders beside the rooms -> the room that they belong to; None is above all
BESIDE = {"report": "analysis", "wizards": None}
#: dialogs that a button of a room opens
OPENED = {
    ("hold", "fsm.billing.hold", "wizards"),
    ("ready", "fsm.billing.answer", "wizards"),
}
#: names of the host, or of our reports, that upper rooms give to others as well
ALSO_OTHERS = {
    "_convert",
    "_get_lines",
    "employee_id",
    "fsm_order_id",
    "invoice_date",
    "is_refund",
    "line_ids",
    "move_ids",
    "partner_id",
    "price_unit",
    "product_id",
    "sale_line_id",
    "source_id",
    "user_id",
}


def read_rooms():
    """:return: dict room -> the comment above its import, ground floor first"""
    source = (MODELS / "__init__.py").read_text()
    lines = source.splitlines()
    return {
        alias.name: lines[node.lineno - 2]
        for node in ast.parse(source).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


ROOMS = list(read_rooms())


def read_modules(room):
    """:return: dict path -> module of each Python file of ``room``"""
    return {
        path: ast.parse(path.read_text())
        for path in sorted((MODELS / room).glob("*.py"))
        if path.name != "__init__.py"
    }


MODULES = {room: read_modules(room) for room in ROOMS}


def get_attributes(node):
    """:return: dict: what is assigned in a class, by name -> the value"""
    return {
        target.id: statement.value
        for statement in node.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for target in getattr(statement, "targets", None) or [statement.target]
        if isinstance(target, ast.Name)
    }


def list_models(module):
    """:return: list of (model that a class of ``module`` extends or defines, class,
    whether it is a service that is defined here)
    """
    found = []
    for node in module.body:
        if not isinstance(node, ast.ClassDef):
            continue
        attributes = get_attributes(node)
        named = attributes.get("_name") or attributes.get("_inherit")
        if isinstance(named, ast.Constant):
            is_service = "_description" in attributes and any(
                isinstance(base, ast.Attribute) and base.attr == "AbstractModel"
                for base in node.bases
            )
            found.append((named.value, node, is_service))
    return found


def list_defined(node):
    """:return: set: the methods and fields of a class

    Without words such as "name": nobody can tell whose they are.
    """
    methods = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
    return {name for name in methods | get_attributes(node).keys() if "_" in name}


def list_used(module):
    """:return: set: names used as attributes, and those given in strings

    A path such as "fsm_order_id.stage_id" is two of them.
    """
    used = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute):
            used.add(node.attr)
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and re.fullmatch(r"\w+(\.\w+)*", node.value)
        ):
            used.update(node.value.split("."))
    return used


def find_arrows():
    """:return: set of (lower room, name, upper room)"""
    floors = {}
    for floor, room in enumerate(ROOMS):
        for module in MODULES[room].values():
            for node in module.body:
                if isinstance(node, ast.ClassDef):
                    for name in list_defined(node):
                        floors.setdefault(name, floor)
    return {
        (room, name, ROOMS[floors[name]])
        for floor, room in enumerate(ROOMS)
        for module in MODULES[room].values()
        for name in list_used(module) - ALSO_OTHERS
        if floors.get(name, floor) > floor
    }


def find_models_named():
    """:return: set of (lower room, model, room or folder above that defines it)"""
    floors = {}
    for folder, beside in BESIDE.items():
        floor = ROOMS.index(beside) if beside else len(ROOMS)
        for path in sorted((paths.REPO / folder).glob("*.py")):
            for model, node, _is_service in list_models(ast.parse(path.read_text())):
                if "_description" in get_attributes(node):
                    floors[model] = (floor, folder)
    for floor, room in enumerate(ROOMS):
        for module in MODULES[room].values():
            for model, node, _is_service in list_models(module):
                if "_description" in get_attributes(node):
                    floors[model] = (floor, room)
    return {
        (room, node.value, floors[node.value][1])
        for floor, room in enumerate(ROOMS)
        for module in MODULES[room].values()
        for node in ast.walk(module)
        if isinstance(node, ast.Constant)
        and node.value in floors
        and floors[node.value][0] > floor
    } - OPENED


def test_each_room_is_listed_and_says_what_it_answers():
    folders = {path.parent.name for path in MODELS.glob("*/__init__.py")}
    assert folders == set(ROOMS)
    assert [room for room, above in read_rooms().items() if above[:2] != "# "] == []


@pytest.mark.parametrize("room", ROOMS)
def test_each_model_is_imported(room):
    tree = ast.parse((MODELS / room / "__init__.py").read_text())
    imported = {alias.name for node in tree.body for alias in node.names}
    files = {path.stem for path, module in MODULES[room].items() if list_models(module)}
    assert files - imported == set()


@pytest.mark.parametrize("room", ROOMS)
def test_one_class_for_each_model(room):
    classes = collections.defaultdict(list)
    services = set()
    for path, module in MODULES[room].items():
        for model, _node, is_service in list_models(module):
            classes[model].append(path.stem)
            if is_service:
                services.add(model)
    for model, files in classes.items():
        name = model.replace(".", "_")
        if model in services:
            others = [file for file in files if not file.startswith(f"{name}_")]
            assert others == [name] and len(set(files)) == len(files), model
        else:
            assert files == [name], model


@pytest.mark.parametrize("room", ROOMS)
def test_no_import_from_upstairs(room):
    above = ROOMS[ROOMS.index(room) + 1 :]
    for path, module in MODULES[room].items():
        for node in ast.walk(module):
            if isinstance(node, ast.ImportFrom) and node.level == 2:
                imported = (node.module or node.names[0].name).split(".")[0]
                assert imported not in above, path


def test_nobody_calls_upstairs():
    assert find_arrows() == set()


def test_nobody_names_a_model_from_upstairs():
    assert find_models_named() == set()


def test_files_of_tests_have_names_of_their_own():
    names = collections.Counter(
        path.name
        for path in (paths.REPO / "tests").rglob("*.py")
        if path.name != "__init__.py"
    )
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize(
    ("folder", "others"), [("tests", WHOLE_HOUSE), ("views", set())]
)
def test_folders_are_rooms(folder, others):
    folders = {
        path.name
        for path in (paths.REPO / folder).iterdir()
        if path.is_dir() and path.name != "__pycache__"
    }
    assert folders - others <= set(ROOMS)
