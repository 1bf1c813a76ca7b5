export const adminText = {
  title: "Administration",
};
