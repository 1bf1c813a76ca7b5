export const jobsText = {
  title: "Jobs",
};
