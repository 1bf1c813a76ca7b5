export const updateText = {
  waiting: "A new version of this app is here. What you have begun is kept.",
  take: "Use the new version",
};
