import { useState } from "react";
import { Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { useLocation } from "wouter";

import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { useApp } from "./app-deps.tsx";
import { LeaveDialog } from "./leave-dialog.tsx";

/** What concerns the person and this device: their unsent work, handing the device over, signing out. */
export function AccountMenu() {
  const { shell } = useText();
  const { client } = useApp();
  const [, goTo] = useLocation();
  const [isLeaving, setIsLeaving] = useState(false);
  return (
    <>
      <MenuTrigger>
        <Button
          look="quiet"
          className="account-button"
          aria-label={shell.account}
        >
          <Icon name="person" />
          <span className="account-word">{shell.account}</span>
          <Icon name="down" />
        </Button>
        <Popover className="popover" placement="bottom end">
          <Menu className="menu" aria-label={shell.account}>
            <MenuItem className="menu-item" onAction={() => goTo("/unsent")}>
              {shell.unsent}
            </MenuItem>
            <MenuItem
              className="menu-item"
              onAction={() => void client.lock.close()}
            >
              {shell.switchPerson}
            </MenuItem>
            <MenuItem className="menu-item" onAction={() => setIsLeaving(true)}>
              {shell.signOut}
            </MenuItem>
          </Menu>
        </Popover>
      </MenuTrigger>
      <LeaveDialog isOpen={isLeaving} onClose={() => setIsLeaving(false)} />
    </>
  );
}
