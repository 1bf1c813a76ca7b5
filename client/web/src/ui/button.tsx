import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
} from "react-aria-components";
import { Link } from "wouter";
import type { ReactNode } from "react";

export interface ButtonProps extends AriaButtonProps {
  /** `primary` is the one thing the screen is for; `danger` takes something away; `quiet` is for the rest. */
  readonly look?: "primary" | "plain" | "danger" | "quiet";
}

export function Button({ look = "plain", className, ...props }: ButtonProps) {
  const own = typeof className === "string" ? ` ${className}` : "";
  return <AriaButton {...props} className={`button button-${look}${own}`} />;
}

/** Looks like a button, goes somewhere: to a page of the app. */
export function ButtonLink({
  to,
  look = "plain",
  children,
}: {
  readonly to: string;
  readonly look?: "primary" | "plain" | "quiet";
  readonly children: ReactNode;
}) {
  return (
    <Link href={to} className={`button button-${look}`}>
      {children}
    </Link>
  );
}
