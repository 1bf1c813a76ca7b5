/** The focus in a real browser, which drops it where what had it goes away. */
import { afterEach, beforeEach, expect, test } from "vitest";

import { keepFocus } from "./keep-focus.ts";

let end: () => void;
beforeEach(() => {
  end = keepFocus(document);
  document.body.innerHTML = `
    <main tabindex="-1">
      <section id="parts">
        <ul><li><button id="first">Take back</button></li></ul>
        <div id="place"><button id="add">Add a part</button></div>
      </section>
    </main>`;
});
afterEach(() => {
  end();
  document.body.innerHTML = "";
});

function at<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.querySelector<E>(`#${id}`);
  if (found === null) throw new Error(`there is no ${id}`);
  return found;
}

const focused = () => document.activeElement?.id ?? "";

test("[AP-142] a form that opens in the place of the button that had the focus gets it in its first field", async () => {
  at("add").focus();
  at("place").innerHTML = `<form><button>?</button><input id="part"></form>`;
  await expect.poll(focused).toBe("part");
});

test("[AP-142] where nothing to fill in came, the part of the page around it has the focus as a whole, and not the next button", async () => {
  at("first").focus();
  at("first").closest("li")?.remove();
  await expect.poll(focused).toBe("parts");
  at("add").focus();
  expect(at("parts").hasAttribute("tabindex")).toBe(false);
});

test("[AP-142] what was out of use while it was being saved has the focus again", async () => {
  const add = at<HTMLButtonElement>("add");
  add.focus();
  add.disabled = true;
  await expect.poll(focused).toBe("");
  add.disabled = false;
  await expect.poll(focused).toBe("add");
});

test("[AP-142] the focus that somebody put down stays down, whatever goes away", async () => {
  at("add").focus();
  at("add").blur();
  await twoPictures();
  at("add").remove();
  await twoPictures();
  await twoPictures();
  expect(document.activeElement).toBe(document.body);
});

function twoPictures(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
  });
}
