/**
 * Where what has the focus goes away, because a form opened in its place or a list lost a row, the browser drops the focus, and whoever
 * works by keys or by ear begins again at the top of the page. Here it goes on: to the first field of what came, else to the part of
 * the page that it was in, as a whole, so that one press too many does nothing. Whoever put the focus down is left alone. SPEC AP-142.
 */
const parts = "section, form, fieldset, dialog, [role=dialog], main";
const fields =
  "input:not([disabled]), select:not([disabled]), textarea:not([disabled])";

/** Answers what ends it. */
export function keepFocus(document: Document): () => void {
  /** What had the focus last, and all that it was in, from within. */
  let held: readonly Element[] = [];
  let added: readonly Element[] = [];
  let isAsked = false;

  const isLost = () => {
    const at = document.activeElement;
    return at === null || at === document.body;
  };
  const isUsable = (element: Element) =>
    element.isConnected && !element.matches(":disabled");

  const note = ({ target }: FocusEvent) => {
    held = target instanceof Element ? withParents(target) : [];
    added = [];
  };
  const letGo = () => {
    // It is told before the element is gone, or disabled for good.
    queueMicrotask(() => {
      if (held[0] !== undefined && isUsable(held[0]) && isLost()) held = [];
    });
  };
  const goOn = () => {
    isAsked = false;
    const [last] = held;
    if (last === undefined || !isLost() || isBusy(last)) return;
    if (isUsable(last)) return focusOn(last);
    const part =
      held.find((one) => one.isConnected && one.matches(parts)) ??
      document.querySelector("main");
    const field = added
      .filter((one) => part?.contains(one) === true)
      .map((one) => (one.matches(fields) ? one : one.querySelector(fields)))
      .find((one) => one !== null);
    if (field !== undefined) focusOn(field);
    else if (part !== null) focusOnWhole(part);
  };
  const observer = new MutationObserver((changes) => {
    if (held.length === 0 || !isLost()) return;
    added = [...added, ...changes.flatMap(addedElements)];
    if (isAsked) return;
    isAsked = true;
    // A dialog that closes gives the focus back by itself, with the next picture; only then is it known to be lost.
    requestAnimationFrame(() => requestAnimationFrame(goOn));
  });

  document.addEventListener("focusin", note);
  document.addEventListener("focusout", letGo);
  observer.observe(document.body, {
    childList: true,
    subtree: true,
    attributeFilter: ["disabled"],
  });
  return () => {
    document.removeEventListener("focusin", note);
    document.removeEventListener("focusout", letGo);
    observer.disconnect();
  };
}

/** It comes back when it is enabled again. */
function isBusy(element: Element): boolean {
  return element.isConnected && element.matches(":disabled");
}

function withParents(element: Element): readonly Element[] {
  const found: Element[] = [];
  for (let at: Element | null = element; at !== null; at = at.parentElement)
    found.push(at);
  return found;
}

function addedElements({ addedNodes }: MutationRecord): readonly Element[] {
  return [...addedNodes].filter((node) => node instanceof Element);
}

function focusOn(element: Element): void {
  if (element instanceof HTMLElement) element.focus();
}

function focusOnWhole(part: Element): void {
  if (!(part instanceof HTMLElement)) return;
  if (!part.hasAttribute("tabindex")) {
    part.tabIndex = -1;
    // A click into it is not to put the focus on it.
    part.addEventListener("blur", () => part.removeAttribute("tabindex"), {
      once: true,
    });
  }
  part.focus({ preventScroll: true });
}
