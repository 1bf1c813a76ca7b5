/** Whether it holds for all of them, asked side by side. */
export async function everyOne<T>(
  all: readonly T[],
  holds: (one: T) => Promise<boolean>,
): Promise<boolean> {
  return (await Promise.all(all.map((one) => holds(one)))).every(Boolean);
}
