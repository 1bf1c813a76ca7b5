/**
 * A photo made anew, before it is kept: smaller, as a JPEG, and without what the camera wrote beside it. Where a patient lives, or what
 * device somebody carries, is not to leave with it. Undefined for what the browser shows no picture of. SPEC AT-10.
 */
const longestEdgePx = 1_600;
const quality = 0.8;

export async function makePicture(file: Blob): Promise<Uint8Array | undefined> {
  let bitmap: ImageBitmap;
  try {
    // Turned as the camera was held: what says so is left out.
    bitmap = await createImageBitmap(file);
  } catch {
    return undefined;
  }
  const { width, height } = bitmap;
  const scale = Math.min(1, longestEdgePx / Math.max(width, height));
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(width * scale)),
    Math.max(1, Math.round(height * scale)),
  );
  const paper = canvas.getContext("2d");
  if (paper === null) throw new Error("this browser draws nothing");
  // What is transparent would be black.
  paper.fillStyle = "white";
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const picture = await canvas.convertToBlob({ type: "image/jpeg", quality });
  return new Uint8Array(await picture.arrayBuffer());
}
