/** Every word people see, in English; a translation is another object of the same type. One module per area. */
import { adminText } from "./admin.ts";
import { appointmentsText } from "./appointments.ts";
import { auditText } from "./audit.ts";
import { cannotOpenText } from "./cannot-open.ts";
import { chartText } from "./chart.ts";
import { commonText } from "./common.ts";
import { equipmentText } from "./equipment.ts";
import { httpText } from "./http.ts";
import { jobsText } from "./jobs.ts";
import { patientsText } from "./patients.ts";
import { reviewsText } from "./reviews.ts";
import { shellText } from "./shell.ts";
import { signInText } from "./sign-in.ts";
import { unsentText } from "./unsent.ts";
import { updateText } from "./update.ts";
import { valuesText } from "./values.ts";

export const en = {
  cannotOpen: cannotOpenText,
  common: commonText,
  values: valuesText,
  http: httpText,
  shell: shellText,
  signIn: signInText,
  unsent: unsentText,
  update: updateText,
  patients: patientsText,
  chart: chartText,
  appointments: appointmentsText,
  jobs: jobsText,
  equipment: equipmentText,
  reviews: reviewsText,
  admin: adminText,
  audit: auditText,
};
export type Text = typeof en;
