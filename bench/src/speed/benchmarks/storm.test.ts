import { expect, test } from "vitest";

import { figureOf } from "../figure.ts";
import { stormRatios } from "./storm.ts";

const figure = (value: number) => figureOf([value], "ms");

test("[BE-16] a storm's ratio is of the times until all is stored; what everybody has before that stands beside it", () => {
  const figures = {
    "suture: everybody has everything": figure(10),
    "suture: and it is stored": figure(10),
    "hocuspocus: everybody has everything": figure(5),
    "hocuspocus: and it is stored": figure(20),
  };
  expect(stormRatios({ figures, unfinished: new Map() })).toEqual({
    hocuspocus: 2,
    "hocuspocus: everybody has everything": 0.5,
  });
});
