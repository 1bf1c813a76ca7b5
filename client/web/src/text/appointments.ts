export const appointmentsText = {
  title: "Today",
};
