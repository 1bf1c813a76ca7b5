import { FileTrigger } from "react-aria-components";

import { Button } from "../ui/button.tsx";

/** A button that asks for a picture: from the camera where there is one. */
export function FilePick({
  label,
  name,
  isCamera = false,
  onPick,
}: {
  readonly label: string;
  /** For those who hear the button without what stands around it. */
  readonly name?: string;
  readonly isCamera?: boolean;
  readonly onPick: (file: File) => void;
}) {
  return (
    <FileTrigger
      acceptedFileTypes={["image/*"]}
      {...(isCamera && { defaultCamera: "environment" as const })}
      onSelect={(files) => {
        const file = files?.item(0);
        if (file) onPick(file);
      }}
    >
      <Button
        look={isCamera ? "plain" : "quiet"}
        {...(name !== undefined && { "aria-label": name })}
      >
        {label}
      </Button>
    </FileTrigger>
  );
}
