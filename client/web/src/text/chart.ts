export const chartText = {
  title: "Chart",
};
