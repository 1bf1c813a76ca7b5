import type { ReactNode } from "react";

/** Line drawings on a 24 × 24 grid, in the colour of the text beside them. Always beside words: no icon speaks alone. */
const drawings = {
  alert: <path d="M12 3 2 20h20L12 3Zm0 6v5m0 3v.5" />,
  branch: <path d="M6 4v16M6 12c6 0 12-1 12-8M15 6l3-3 3 3M3 17l3 3 3-3" />,
  check: <path d="m4 12.5 5 5L20 6.5" />,
  checkTwice: <path d="m2 12.5 5 5L17 7M12 15.5l2 2L22 8" />,
  cross: <path d="M5 5l14 14M19 5 5 19" />,
  device: <path d="M7 2.5h10v19H7zM11 18.5h2" />,
  clock: <path d="M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4v5l3.5 2" />,
  cloudUp: (
    <path d="M7 18a4.5 4.5 0 1 1 .8-8.9A5.5 5.5 0 0 1 18.2 11 3.6 3.6 0 0 1 18 18M12 20v-7m-3 3 3-3 3 3" />
  ),
  cloudOff: (
    <path d="M3 3l18 18M7 18a4.5 4.5 0 0 1-.6-8.9M10 6.4A5.5 5.5 0 0 1 18.2 11a3.6 3.6 0 0 1 2 6" />
  ),
  info: <path d="M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 8v6m0-9.5V8" />,
  appointments: <path d="M4 5.5h16v15H4zM4 10h16M8 3v4m8-4v4M8 14h3" />,
  patients: (
    <path d="M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6" />
  ),
  jobs: (
    <path d="M14.5 6.5a4 4 0 0 1 5-3.8l-2.7 2.7 1.8 1.8 2.7-2.7a4 4 0 0 1-5.3 4.8L8.5 17a2.3 2.3 0 1 1-3.3-3.3l7.6-7.3" />
  ),
  equipment: <path d="M3 5h18v11H3zM8 20h8m-4-4v4M6 11h3l2-3 2 5 2-2h3" />,
  reviews: <path d="M4 4h16v12H9l-5 4.5zM12 7.5v3m0 2.5v.3" />,
  admin: (
    <path d="M9 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM2.5 20c.5-3.6 3-5.4 6.5-5.4S15 16.4 15.5 20M17 5a3 3 0 0 1 0 6m1 3.8c2 .6 3.2 2.4 3.5 5.2" />
  ),
  audit: (
    <path d="M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm5 11.5L21 21" />
  ),
  person: (
    <path d="M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6" />
  ),
  back: <path d="M15 5l-7 7 7 7" />,
  plus: <path d="M12 5v14M5 12h14" />,
  down: <path d="m5 9 7 7 7-7" />,
} as const satisfies Readonly<Record<string, ReactNode>>;

export type IconName = keyof typeof drawings;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      {drawings[name]}
    </svg>
  );
}
