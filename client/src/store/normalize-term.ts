/** Case and accents do not matter for finding. */
export function normalizeTerm(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase();
}
