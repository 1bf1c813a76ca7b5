/** A file of what was read, once the server has put on record that it goes out. SPEC AP-92, AU-19. */
import { useState } from "react";

import type { Result } from "@suture/schema";

import { useApp } from "../app/app-deps.tsx";
import type { ApiFetch } from "../http/api-fetch.ts";
import type { ApiProblem } from "../http/api-problem.ts";
import { useApi } from "../http/use-api.ts";

export interface NotedExport {
  readonly problem: ApiProblem | null;
  readonly isAsking: boolean;
  /** Nothing is handed out where `note` fails. */
  save(
    note: (api: ApiFetch) => Promise<Result<null, ApiProblem>>,
    name: string,
    content: Blob,
  ): Promise<void>;
}

export function useNotedExport(): NotedExport {
  const api = useApi();
  const { saveFile } = useApp();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  return {
    problem,
    isAsking,
    save: async (note, name, content) => {
      setIsAsking(true);
      const noted = await note(api);
      setIsAsking(false);
      setProblem(noted.ok ? null : noted.error);
      if (noted.ok) saveFile(name, content);
    },
  };
}
