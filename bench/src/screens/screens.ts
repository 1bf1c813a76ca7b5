/** Which pages are pictured, whose they are, and how somebody comes to see them. */
import type { BrowserContext, Page } from "playwright-core";

export interface Screen {
  /** Of its files. */
  readonly name: string;
  readonly isSignedOut?: boolean;
  show(page: Page, context: BrowserContext): Promise<void>;
}

/** By the name before the `@` of their address. */
export const screensByPerson: Readonly<Record<string, readonly Screen[]>> = {
  receptionist: [
    { name: "sign-in", isSignedOut: true, show: async () => undefined },
    at("today", "/"),
    at("patients", "/patients"),
    at("new-patient", "/patients/new"),
    at("appointments", "/appointments"),
    at("booking", "/appointments/new"),
    following("appointment", "/appointments"),
    {
      name: "unsent",
      async show(page, context) {
        await follow(page, "/patients");
        await context.setOffline(true);
        await page.getByLabel("New note").fill("Called back, will come by bus");
        await page.getByRole("button", { name: "Add the note" }).click();
        await page.getByText("Called back, will come by bus").waitFor();
        await page.getByText("Offline").first().waitFor();
        await page
          .getByRole("link", { name: /on this device/ })
          .first()
          .click();
        await settled(page);
      },
    },
  ],
  clinician: [
    following("patient", "/patients"),
    {
      name: "sign-medication",
      async show(page) {
        await follow(page, "/patients");
        await go(page, `${new URL(page.url()).pathname}/medication`);
      },
    },
    {
      name: "sign-allergy",
      async show(page) {
        await follow(page, "/patients");
        await go(page, `${new URL(page.url()).pathname}/allergy`);
      },
    },
    at("reviews", "/reviews"),
    following("review", "/reviews"),
    {
      name: "sign-out",
      async show(page) {
        await go(page, "/patients");
        await page.getByRole("button", { name: "Account" }).click();
        await page
          .getByRole("menuitem", { name: "Sign out of this device" })
          .click();
        await page
          .getByRole("alertdialog")
          .or(page.getByRole("dialog"))
          .waitFor();
      },
    },
  ],
  technician: [
    at("jobs", "/jobs"),
    following("job", "/jobs"),
    {
      name: "job-part",
      async show(page) {
        await go(page, "/jobs");
        await page.getByRole("link", { name: "Replace inlet filter" }).click();
        await page.getByRole("button", { name: "Add a part" }).click();
        await page.getByLabel("Part", { exact: true }).fill("Inlet filter");
      },
    },
    at("equipment", "/equipment"),
    following("equipment-record", "/equipment"),
  ],
  manager: [
    at("team-work", "/reviews?view=team"),
    at("stranded-work", "/reviews?view=stranded"),
    {
      name: "locked",
      async show(page) {
        await go(page, "/reviews");
        await page.getByRole("button", { name: "Account" }).click();
        await page.getByRole("menuitem", { name: "Switch person" }).click();
        await page.getByText("Sample Manager").waitFor();
      },
    },
  ],
  admin: [
    at("people", "/admin/people"),
    following("person", "/admin/people"),
    at("teams", "/admin/teams"),
    at("devices", "/admin/devices"),
  ],
  auditor: [
    at("audit", "/audit"),
    {
      name: "audit-record",
      async show(page) {
        await go(page, "/patients");
        const id = await hrefOf(page, "/patients");
        await go(page, `/audit/records/${id.split("/").at(-1)}`);
      },
    },
    at("audit-chains", "/audit/chains"),
  ],
};

function at(name: string, path: string): Screen {
  return { name, show: (page) => go(page, path) };
}

/** The first record that a list leads to. */
function following(name: string, list: string): Screen {
  return { name, show: (page) => follow(page, list) };
}

async function go(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.getByText("All your work is sent").first().waitFor();
  await settled(page);
}

async function follow(page: Page, list: string): Promise<void> {
  await go(page, list);
  await go(page, await hrefOf(page, list));
}

async function hrefOf(page: Page, list: string): Promise<string> {
  const links = page.locator(`main a[href^="${list}/"]:not([href*="/new"])`);
  const href = await links.first().getAttribute("href");
  if (href === null) throw new Error(`${list} leads nowhere`);
  return href;
}

async function settled(page: Page): Promise<void> {
  await page.locator("main h1").first().waitFor();
  await page.getByText("Loading…").first().waitFor({ state: "hidden" });
  await page.waitForLoadState("networkidle");
}
