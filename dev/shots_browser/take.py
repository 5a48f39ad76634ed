"""Take pictures of screens: see dev/lib/shots.py, which says which."""

import json
import sys

from playwright.sync_api import sync_playwright

HEIGHT = """() => Math.max(
    ...[...document.querySelectorAll(".o_content, .o_form_sheet_bg")].map(
        (part) => part.getBoundingClientRect().top + part.scrollHeight
    )
)"""


def main(wanted):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=wanted["browser"],
            args=["--no-sandbox", "--disable-gpu", "--lang=en-US"],
        )
        for shot in wanted["shots"]:
            print(f"  {shot['file'].rpartition('/')[2]}", file=sys.stderr)
            take(browser, wanted["address"], shot)
        browser.close()


def take(browser, address, shot):
    size = {"width": shot.get("width", 1300), "height": shot.get("height", 900)}
    context = browser.new_context(
        viewport=size,
        locale=shot.get("lang", "en_US").replace("_", "-"),
        reduced_motion="reduce",
    )
    page = context.new_page()
    if shot["login"]:
        page.goto(f"{address}/web/login")
        page.fill("input[name=login]", shot["login"])
        page.fill("input[name=password]", shot["login"])
        page.click("button[type=submit]")
        page.wait_for_selector(".o_web_client, #wrapwrap")
    page.goto(address + shot["path"])
    page.wait_for_selector(".o_action, #wrapwrap")
    settle(page)
    for target in shot.get("press", []):
        page.locator(target).first.dispatch_event("click")
        settle(page)
    if shot.get("full"):
        height = int(page.evaluate(HEIGHT) + 0.999)
        page.set_viewport_size({**size, "height": min(height, 3000)})
        settle(page)
    # neither the tooltip of what lies below the mouse, nor a selected text
    page.mouse.move(0, 0)
    page.evaluate("() => document.activeElement.setSelectionRange?.(0, 0)")
    page.wait_for_timeout(300)
    part = page.locator(shot["part"]).first if "part" in shot else page
    part.screenshot(path=shot["file"])
    context.close()


def settle(page):
    page.wait_for_timeout(500)
    page.wait_for_selector(".o_loading_indicator", state="hidden")
    page.evaluate("() => document.fonts.ready")
    page.wait_for_timeout(1000)


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        main(json.load(file))
