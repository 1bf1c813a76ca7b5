/**
 * Whether the browser keeps what this device holds until somebody removes it, or may remove it by itself when space is short
 * (Storage Standard, 5). Asks for it where that was not given yet; some browsers decide by themselves, some ask the person. SPEC WB-25.
 */
export async function askToKeepStorage(): Promise<"kept" | "may-be-removed"> {
  // Only where the page has a secure context, and then everywhere that the store works.
  const { storage } = navigator;
  const isKept = (await storage.persisted()) || (await storage.persist());
  return isKept ? "kept" : "may-be-removed";
}
