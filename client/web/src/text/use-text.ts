import { createContext, useContext } from "react";

import { en, type Text } from "./en.ts";

/** Another language is another value of type `Text`. */
export const TextContext = createContext<Text>(en);

/** Every word people see. Components hold none. */
export function useText(): Text {
  return useContext(TextContext);
}
