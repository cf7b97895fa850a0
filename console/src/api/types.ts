/** The names under which the console uses the types of openapi.json. */
import type { components } from './schema';

type Schemas = components['schemas'];

export type Device = Schemas['Device'];
export type Channel = Schemas['Channel'];
export type Presence = Schemas['Presence'];
export type CreatedDevice = Schemas['CreatedDevice'];
export type DevicePage = Schemas['DevicePage'];
export type Me = Schemas['Me'];
export type InvitationLook = Schemas['InvitationLook'];
export type MySession = Schemas['MySession'];
export type MyTenant = Schemas['MyTenant'];
export type Permission = Schemas['Permission'];
export type Role = Schemas['Role'];
