/**
 * Identity whose doings stand in the audit: signing in, devices, becoming a member. Each is an entry in the organization's chain
 * of every organization that the person is a member of. SPEC AU-9.
 *
 * What there is to tell, identity itself writes down with the act (`owe-event.ts`); here it becomes entries, before the caller
 * is answered. What is not wrapped, or ends in between, is told at the next act or start. SPEC AU-11.
 */
import type { Identity } from "../identity/identity.ts";
import type { OwedEntries } from "./owed-entries.ts";

export function auditIdentity(identity: Identity, owed: OwedEntries): Identity {
  const { invitations, devices, organizationDevices } = identity;

  async function told<T>(act: Promise<T>): Promise<T> {
    const outcome = await act;
    await owed.settle();
    return outcome;
  }

  return {
    ...identity,
    signIn: (credentials) => told(identity.signIn(credentials)),
    signInExternally: (answer) => told(identity.signInExternally(answer)),
    registerDevice: (registration) =>
      told(identity.registerDevice(registration)),
    revokePerson: (personId) => told(identity.revokePerson(personId)),
    devices: {
      ...devices,
      register: (registration) => told(devices.register(registration)),
      leave: (personId, deviceId) => told(devices.leave(personId, deviceId)),
      revoke: (deviceId) => told(devices.revoke(deviceId)),
      leaveAll: (personId) => told(devices.leaveAll(personId)),
    },
    organizationDevices: {
      ...organizationDevices,
      revoke: (ending) => told(organizationDevices.revoke(ending)),
      takeOff: (ending) => told(organizationDevices.takeOff(ending)),
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
