import { FileTrigger } from "react-aria-components";

import { Button } from "../ui/button.tsx";

/** A button that asks for a picture: from the camera where there is one. */
export function FilePick({
  label,
  isDisabled,
  onPick,
}: {
  readonly label: string;
  readonly isDisabled: boolean;
  readonly onPick: (file: File) => void;
}) {
  return (
    <FileTrigger
      acceptedFileTypes={["image/*"]}
      defaultCamera="environment"
      onSelect={(files) => {
        const file = files?.item(0);
        if (file) onPick(file);
      }}
    >
      <Button isDisabled={isDisabled}>{label}</Button>
    </FileTrigger>
  );
}
