export const auditText = {
  title: "Audit",
};
