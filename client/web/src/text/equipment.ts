export const equipmentText = {
  title: "Equipment",
};
