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
export type Tenant = Schemas['Tenant'];
export type Member = Schemas['Member'];
export type Grant = Schemas['Grant'];
export type Group = Schemas['Group'];
/** As those who run the platform see a user. */
export type PlatformUser = Schemas['User'];

export type Invitation = Schemas['Invitation'];
export type ApiKey = Schemas['ApiKey'];
export type AuditEntry = Schemas['AuditEntry'];
export type AuditOutcome = Schemas['AuditOutcome'];
export type Bind = Schemas['Bind'];
export type CreatedBind = Schemas['CreatedBind'];

/** What a device says that it can do (DAP section 6), and what it turned out not to know. */
export type Capabilities = Schemas['DeviceCapabilities'];
export type PresenceChange = Schemas['PresenceEntry'];
export type PresenceHistory = Schemas['PresenceList'];
export type Preset = Schemas['Preset'];
export type DeviceTime = Schemas['DeviceTime'];
export type Disk = Schemas['DiskInfo'];

/** What devices sent and did. */
export type Snapshot = Schemas['Snapshot'];
export type Alarm = Schemas['Alarm'];
export type DeviceLog = Schemas['DeviceLog'];
export type Sound = Schemas['Sound'];
export type AudioState = Schemas['Audio'];
export type Firmware = Schemas['Firmware'];
export type Upgrade = Schemas['Upgrade'];
export type UpgradeState = Schemas['UpgradeState'];
export type Command = Schemas['Command'];

/** Recordings. */
export type ChannelRecording = Schemas['Recording'];
export type RecordState = Schemas['RecordState'];
export type RecordPlan = Schemas['NewRecordPlan'];
export type RecordMode = Schemas['RecordMode'];
export type WeeklyTime = Schemas['WeeklyTime'];
export type RecordingStorage = Schemas['RecordingStorage'];
