/** The names under which the console uses the types of openapi.json. */
import type { components } from './schema';

type Schemas = components['schemas'];

export type Device = Schemas['Device'];
export type Channel = Schemas['Channel'];
export type Presence = Schemas['Presence'];
export type CreatedDevice = Schemas['CreatedDevice'];
export type DevicePage = Schemas['DevicePage'];
export type User = Schemas['User'];
