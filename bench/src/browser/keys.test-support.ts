/** Somebody without a mouse or a finger on the screen: keys only, and every place that the focus comes to is looked at. */
import type { Locator, Page } from "playwright-core";

type Role = Parameters<Page["getByRole"]>[0];
type Step = "Tab" | "Shift+Tab";

/** On the way to anything that a page holds. */
const maxSteps = 120;

export class Keys {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Tab, or Shift+Tab, until what is called so has the focus. */
  async to(
    role: Role,
    name: string | RegExp,
    step: Step = "Tab",
  ): Promise<void> {
    const wanted = this.#page.getByRole(role, {
      name,
      exact: typeof name === "string",
    });
    await wanted.first().waitFor();
    for (let steps = 0; steps < maxSteps; steps += 1) {
      if (await this.#isAt(wanted)) return;
      await this.press(step);
    }
    throw new Error(`no key leads to ${role} “${String(name)}”`);
  }

  async press(key: string): Promise<void> {
    await this.#page.keyboard.press(key);
    await this.look();
  }

  async type(text: string): Promise<void> {
    await this.#page.keyboard.type(text);
  }

  /** To what is called so, and pressed. */
  async use(role: Role, name: string | RegExp, step?: Step): Promise<void> {
    await this.to(role, name, step);
    await this.press("Enter");
  }

  async write(label: string | RegExp, text: string): Promise<void> {
    await this.to("textbox", label);
    await this.type(text);
  }

  /** The focus is somewhere, in view, and seen to be there; a page that was just come to may hold it as a whole. */
  async look(): Promise<void> {
    const wrong = await this.#page.evaluate(whatStaysWrong);
    if (typeof wrong === "string") throw new Error(wrong);
  }

  async #isAt(wanted: Locator): Promise<boolean> {
    return (await wanted.and(this.#page.locator(":focus")).count()) > 0;
  }
}

/** What is wrong with where the focus is, in the page; null once nothing is. It may take a picture or more until it is there. */
const whatStaysWrong = `new Promise((resolve) => {
  let pictures = 600;
  const wrongWith = (at) => {
    if (at === null || at === document.body) return "nothing has the focus";
    if (at.tabIndex < 0) return null;
    const what = at.outerHTML.slice(0, 160);
    const { outlineStyle, outlineWidth } = getComputedStyle(at);
    if (outlineStyle === "none" || parseFloat(outlineWidth) < 2) return "no outline: " + what;
    const box = at.getBoundingClientRect();
    const x = (Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2;
    const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
    const seen = document.elementFromPoint(x, y);
    if (seen === null) return "out of view: " + what;
    return at.contains(seen) || seen.contains(at) ? null : "covered: " + what;
  };
  const look = () => {
    const wrong = wrongWith(document.activeElement);
    pictures -= 1;
    if (wrong === null || pictures === 0) resolve(wrong);
    else requestAnimationFrame(look);
  };
  look();
})`;
