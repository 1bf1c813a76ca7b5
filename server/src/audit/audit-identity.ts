/**
 * Identity whose doings stand in the audit: signing in, devices, becoming a member. Each is an entry in the organization's chain
 * of every organization that the person is a member of. SPEC AU-9.
 *
 * What there is to tell, identity itself writes down with the act (`owe-event.ts`); here it becomes entries, before the caller
 * is answered. What is not wrapped, or ends in between, is told at the next act or start. SPEC AU-11.
 */
import type { IdentityError, Result } from "@suture/schema";

import type { Identity } from "../identity/identity.ts";
import type { OwedEntries } from "./owed-entries.ts";
import type { RefusedSignInTeller } from "./refused-sign-in-teller.ts";

export function auditIdentity(
  identity: Identity,
  owed: OwedEntries,
  refusals: Pick<RefusedSignInTeller, "noteRefused">,
): Identity {
  const { invitations, devices, organizationDevices } = identity;

  async function told<T>(act: Promise<T>): Promise<T> {
    const outcome = await act;
    await owed.settle();
    return outcome;
  }

  /** A refusal is told later: the time of its answer must not say whether there is anything to tell. */
  async function toldLaterIfRefused<T>(
    act: Promise<Result<T, IdentityError>>,
  ): Promise<Result<T, IdentityError>> {
    const outcome = await act;
    if (outcome.ok) await owed.settle();
    else refusals.noteRefused();
    return outcome;
  }

  return {
    ...identity,
    signIn: (credentials) => toldLaterIfRefused(identity.signIn(credentials)),
    signInExternally: (answer) =>
      toldLaterIfRefused(identity.signInExternally(answer)),
    renewSession: (refreshToken) => told(identity.renewSession(refreshToken)),
    signOut: (session) => told(identity.signOut(session)),
    automergeTickets: {
      ...identity.automergeTickets,
      issue: (session) => told(identity.automergeTickets.issue(session)),
    },
    registerDevice: (registration) =>
      told(identity.registerDevice(registration)),
    revokePerson: (personId) => told(identity.revokePerson(personId)),
    devices: {
      ...devices,
      register: (registration) => told(devices.register(registration)),
      rename: (personId, deviceId, name) =>
        told(devices.rename(personId, deviceId, name)),
      leave: (personId, deviceId) => told(devices.leave(personId, deviceId)),
      revoke: (deviceId) => told(devices.revoke(deviceId)),
      leaveAll: (personId) => told(devices.leaveAll(personId)),
    },
    organizationDevices: {
      ...organizationDevices,
      revoke: (ending) => told(organizationDevices.revoke(ending)),
      takeOff: (ending) => told(organizationDevices.takeOff(ending)),
      rename: (device, name) => told(organizationDevices.rename(device, name)),
    },
    invitations: {
      ...invitations,
      createInvitation: (invitation) =>
        told(invitations.createInvitation(invitation)),
      acceptInvitation: (code, personId) =>
        told(invitations.acceptInvitation(code, personId)),
      linkPerson: (membership, personId) =>
        told(invitations.linkPerson(membership, personId)),
    },
  };
}
