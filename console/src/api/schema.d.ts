// Generated from openapi.json by `npm run gen`. Do not edit.

export interface paths {
    "/api/v1/alarms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Alarms of the channels that the caller may see, newest first. */
        get: operations["list_alarms"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alarms/{alarm}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One alarm. */
        get: operations["get_alarm"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alarms/{alarm}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Note that somebody has seen to an alarm. */
        post: operations["acknowledge_alarm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alarms/{alarm}/picture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An alarm's picture. */
        get: operations["get_alarm_picture"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alarms/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Note that somebody has seen to all these alarms: those that the list would show with the same filters, the newest 10,000
         *     of them.
         */
        post: operations["acknowledge_alarms"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alarms/unread": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many alarms want attention. */
        get: operations["count_alarms"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who did what from where, newest first: of a tenant for those who manage its people, of all for platform
         *     administrators.
         */
        get: operations["list_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same as a file for spreadsheets, all of it. */
        get: operations["export_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the devices that the caller may see, in the order they were added. */
        get: operations["list_devices"];
        put?: never;
        /** Add a device. */
        post: operations["create_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One device. */
        get: operations["get_device"];
        put?: never;
        post?: never;
        /**
         * Remove a device and all that is stored of it. It is disconnected. What the platform keeps is released instead. Needs
         *     `configure` on the whole organisation; of who runs the cloud, that it lets him in.
         */
        delete: operations["delete_device"];
        options?: never;
        head?: never;
        /** Rename, disable or enable a device, or sort it into a group. */
        patch: operations["change_device"];
        trace?: never;
    };
    "/api/v1/devices/{login_code}/capabilities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a device can do: what it says it can, and what it turned out not to know. It is asked once a connection; of one that
         *     is away it is what it said last.
         */
        get: operations["get_capabilities"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/channels/{channel}/audio": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a device plays. It is asked. */
        get: operations["get_audio"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/channels/{channel}/audio/control": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End, halt or go on with what a device plays. */
        post: operations["control_audio"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/channels/{channel}/audio/play": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have a device play something. */
        post: operations["play_sound"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/channels/{channel}/keep-awake": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Keep a device that saves power fully awake for a while. */
        post: operations["keep_awake"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/channels/{channel}/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Watch a channel live. Starts its stream if it does not run, and answers when video has come. */
        post: operations["open_live"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/channels/{channel}/presets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The stored positions of a camera, as it lists them. */
        get: operations["list_presets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/channels/{channel}/presets/{preset}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Store where a camera looks now. */
        put: operations["set_preset"];
        post?: never;
        /** Forget a stored position. */
        delete: operations["clear_preset"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/channels/{channel}/presets/{preset}/goto": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Turn a camera to a stored position. */
        post: operations["goto_preset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/channels/{channel}/ptz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Move or zoom a camera, or stop it. What one caller sends to a device reaches it in the order in which the requests came in. */
        post: operations["move_ptz"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/channels/{channel}/recording": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Say when a channel is recorded, and how long that is kept. What is recorded already stays as long as the new plan says. */
        put: operations["set_recording"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/channels/{channel}/recordings/clips": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is locked, as far as the caller may see of it. */
        get: operations["list_clips"];
        put?: never;
        /** Lock a range: it is not deleted when its time is over, nor to make room. Needs to see recordings, too. */
        post: operations["lock_clip"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/channels/{channel}/recordings/clips/{clip}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Keep a clip no longer than other footage. Needs to see all of it, too. */
        delete: operations["delete_clip"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/channels/{channel}/recordings/days": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The days on which there is footage of a channel, or alarms. */
        get: operations["list_recorded_days"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/channels/{channel}/recordings/exports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have a range of at most 24 hours made into an MP4. */
        post: operations["export_recording"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/channels/{channel}/recordings/exports/{export}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How it stands with a file. */
        get: operations["get_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/channels/{channel}/recordings/frame": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The picture nearest to a moment that stands alone: at it or before, else after it, at most 10 seconds away. As an MP4
         *     of this one picture, for a `video` element; when it was is in `X-Frame-Time`.
         */
        get: operations["get_recorded_frame"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/channels/{channel}/recordings/playlist": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Play a range of at most 24 hours. Segments are shown whole: at both ends there may be some seconds more. */
        post: operations["play_recording"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/channels/{channel}/recordings/shares": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The links to footage of a channel that are not over. */
        get: operations["list_recording_shares"];
        put?: never;
        /**
         * Make a link that shows a range to whoever has it. Needs to see recordings, too; it ends when who made it may not any
         *     more. Segments are shown whole: at both ends there may be some seconds more.
         */
        post: operations["share_recording"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/channels/{channel}/recordings/shares/{share}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End a link. */
        delete: operations["delete_recording_share"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/channels/{channel}/recordings/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which seconds of a channel are recorded, why others are not, and what happened then. */
        get: operations["get_timeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/channels/{channel}/snapshots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have a device take a picture now. Answers when it is there. */
        post: operations["take_snapshot"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/commands": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was wanted of a device, by people, programs and the cloud itself, and what came of it. Newest first. */
        get: operations["list_commands"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the configuration of a device. */
        get: operations["get_config"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change the configuration of a device: what is given, and nothing else. */
        patch: operations["change_config"];
        trace?: never;
    };
    "/api/v1/devices/{login_code}/disk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the SD card of a device is. */
        get: operations["get_disk"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/disk/format": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Format the SD card of a device: what is on it is gone. How far it is, the state of the disk tells, where the device can. */
        post: operations["format_disk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a device told: alarms, wishes to be bound, battery levels. Newest first. Who may see single channels only gets
         *     what concerns those.
         */
        get: operations["list_device_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/factory-reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Set a device back to what it was when it left the factory, its Wi-Fi too, and restart it: it may not find its way back. */
        post: operations["factory_reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/info": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Facts about a device and its network. A connected device is asked, unless it said so within the last 10 s; of one that is
         *     away it is what it said last. Who may see single channels only does not get it.
         */
        get: operations["get_device_info"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Logs that a device was asked for, newest first. */
        get: operations["list_device_logs"];
        put?: never;
        /** Ask a device for its log of some time. It uploads it when it can: see its state. */
        post: operations["request_logs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/logs/{log}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How it stands with a log. */
        get: operations["get_device_log"];
        put?: never;
        post?: never;
        /** Forget a log. */
        delete: operations["delete_device_log"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/logs/{log}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A log itself, as text: what is packed by gzip is unpacked, up to 64 MiB. To be saved (`download=true`) as it came. */
        get: operations["get_device_log_text"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a device a new password. It is disconnected. What the platform keeps has its maker's: only who runs the cloud gives
         *     it another.
         */
        post: operations["new_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/presence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** When a device came and went. Newest first; what is just happening stands there a second later. */
        get: operations["list_presence"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/protocol": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See what passes between a device and the cloud, as it passes, and send messages to the device.
         * @description A WebSocket of JSON texts. From the cloud: `{"type": "hello", "login_code", "connected", "answer_timeout_s",
         *     "max_message"}` first · `{"type": "message", "n", "connection", "at", "direction": "up|down", "kind":
         *     "request|answer|error|event|malformed|close|login", "method"?, "seq"?, "latency_ms"?, "bytes", "by_hand"?, "text",
         *     "verdict": [{"level": "error|warning", "path"?, "text"}]}` · `{"type": "dropped", "count"}`: so many passed too fast
         *     and are gone · `{"type": "done", "id"?}` and `{"type": "failed", "id"?, "code", "message"}`: what came of what was
         *     sent. To the cloud: `{"type": "send", "id"?, "text"}` sends a text to the device as it is, past every check · `{"type":
         *     "call", "id"?, "method", "params"?}` sends a request or an event, well-formed and numbered.
         *
         *     Passwords of logins are never among it; messages are shown as they are. The socket is closed with 4401 when the caller
         *     may no longer look.
         */
        get: operations["watch_protocol"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/reboot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restart a device, or one channel of it. */
        post: operations["reboot_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/recording": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** When a device's channels are recorded, and how it stands with it: of the channels that the caller may see. */
        get: operations["list_recording"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Release a device: from here on nobody has it. What it told, its name, its group and what people were allowed with it are
         *     gone, and its connection ends. One that the platform keeps (`stocked`) goes back to the stock, and whoever has it in
         *     hand can bind it; one that the organisation added itself is removed, with its password.
         */
        post: operations["release_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/reschedule": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have a device fetch the address of its cloud anew, and connect there. */
        post: operations["reschedule_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/rpc": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Call a method of a device, or send it an event. */
        post: operations["call_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/snapshots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Pictures that people had a device take, newest first: of the channels and times of which the caller may watch
         *     recordings.
         */
        get: operations["list_snapshots"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/snapshots/{snapshot}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Forget a picture. */
        delete: operations["delete_snapshot"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/snapshots/{snapshot}/image": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A picture itself. */
        get: operations["get_snapshot_image"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/tenant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Give a device that nobody has to a tenant. */
        put: operations["assign_device"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/time": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the clock of a device. */
        get: operations["get_device_time"];
        put?: never;
        /** Set the clock of a device to the cloud's. */
        post: operations["sync_device_time"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/upgrade": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The last upgrade of a device, the one that runs if one does. */
        get: operations["get_upgrade"];
        put?: never;
        /** Have a device install another version of its software. One upgrade of a device runs at a time. */
        post: operations["upgrade_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{login_code}/upgrades": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Upgrades of a device, newest first. */
        get: operations["list_upgrades"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add many devices: a line each with login code, password, model and name, separated by commas. All or none.
         * @description A first line with the names `code,password,model,name`, in any order, may say what is where. At most 20,000 lines
         *     and 4 MB.
         */
        post: operations["import_devices"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happens, as it happens: of what the caller may see.
         * @description As server-sent events, or, asked for an upgrade, as WebSocket with a text message `{"id", "event", "data"}` each.
         *
         *     `presence` {login_code, presence} · `channels` {login_code, state, channels} · `device` {login_code, change:
         *     created|updated|deleted} · `battery` {login_code, battery, id, at, data} · `alarm`, `bind` and `log_done`
         *     {login_code, channel?, id, at, data} · `bind_result` {bind, outcome, login_code, reason?} · `access` {}: what the
         *     caller may do has changed, look at `/me` anew · `resync`: something was missed, look at the present state anew. Ids
         *     let a reader that comes back get what it missed; events without one need no repeating.
         *
         *     The stream ends when the session or key does; a WebSocket with code 4401.
         */
        get: operations["events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/firmware": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Images of tenants where the caller may configure something, and the platform's: all of them, newest first. */
        get: operations["list_firmware"];
        put?: never;
        /** Upload an image, as it is, 512 MiB at most. */
        post: operations["upload_firmware"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/firmware/{firmware}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove an image. An upgrade with it that has not fetched it yet will fail. */
        delete: operations["delete_firmware"];
        options?: never;
        head?: never;
        /** Change an image's notes. */
        patch: operations["change_firmware"];
        trace?: never;
    };
    "/api/v1/invitations/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accept an invitation as somebody new, who is logged in then. */
        post: operations["accept_invitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/look": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** See what an invitation is to. */
        post: operations["look_at_invitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Log in. */
        post: operations["login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the session. */
        post: operations["logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is logged in, and what he may do. */
        get: operations["me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accept an invitation as the user who is logged in. */
        post: operations["join"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change one's password. One's other sessions end. */
        post: operations["change_my_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/recovery_codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Get fresh recovery codes. Those before are void. */
        post: operations["new_recovery_codes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List one's sessions. */
        get: operations["list_my_sessions"];
        put?: never;
        post?: never;
        /** End all of one's sessions but the one that asks. */
        delete: operations["end_my_other_sessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one of one's sessions. What it had open ends at once. */
        delete: operations["end_my_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for a second factor. It counts once a first code is confirmed, within 15 minutes. */
        post: operations["begin_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/totp/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Turn the second factor on. */
        post: operations["confirm_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/totp/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Turn the second factor off. The recovery codes go with it. */
        post: operations["disable_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/password_reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Set a password by a link. Every session of the user ends. */
        post: operations["reset_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/protocol/methods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the methods of the device access protocol, with JSON Schemas and examples. */
        get: operations["list_protocol_methods"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/recording/storage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How much of recordings is stored, and how much room there is. */
        get: operations["get_recording_storage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether there is no user yet. */
        get: operations["setup_needed"];
        put?: never;
        /** Make the first administrator, who owns the first tenant, and log him in. */
        post: operations["set_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/shares/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a link shows, for whoever has it. */
        get: operations["open_recording_share"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/shares/{token}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have what a link shows made into an MP4; asked again, how it stands. */
        post: operations["export_recording_share"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/streams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the live streams of channels that the caller may see. */
        get: operations["list_streams"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the caller's tenants; all of them for platform administrators. */
        get: operations["list_tenants"];
        put?: never;
        /** Make a tenant. It has no members until somebody takes the invitation as its owner. */
        post: operations["create_tenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One tenant. */
        get: operations["get_tenant"];
        put?: never;
        post?: never;
        /** Remove a tenant that holds no devices, with its groups, keys and memberships. */
        delete: operations["delete_tenant"];
        options?: never;
        head?: never;
        /** Rename a tenant. */
        patch: operations["rename_tenant"];
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/binds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tenant's bind ids of the last 30 days, newest first, at most 200. */
        get: operations["list_binds"];
        put?: never;
        /** Make a bind id: the device that sends it within a quarter of an hour comes to the tenant. */
        post: operations["create_bind"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/binds/{bind}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How it stands with a bind id. */
        get: operations["get_bind"];
        put?: never;
        post?: never;
        /** Take a bind id back. */
        delete: operations["delete_bind"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the groups of a tenant that the caller may see, by name. */
        get: operations["list_groups"];
        put?: never;
        /** Make a group. */
        post: operations["create_group"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/groups/{group}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a group that nothing is in. */
        delete: operations["delete_group"];
        options?: never;
        head?: never;
        /** Rename a group, or put it elsewhere. */
        patch: operations["change_group"];
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a tenant's open invitations. */
        get: operations["list_invitations"];
        put?: never;
        /** Invite somebody. The link is good once, for seven days. */
        post: operations["invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/invitations/{invitation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take an invitation back. */
        delete: operations["withdraw_invitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a tenant's API keys. */
        get: operations["list_keys"];
        put?: never;
        /** Make an API key. It may do at most what its maker may do with everything of the tenant. */
        post: operations["create_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/keys/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End an API key. */
        delete: operations["delete_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the people of a tenant. */
        get: operations["list_members"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/members/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take a member out of the tenant. Everybody may leave by himself. */
        delete: operations["remove_member"];
        options?: never;
        head?: never;
        /** Change what a member is and may do. Nobody gives more than he has. */
        patch: operations["change_member"];
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/members/{user}/reset_link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a link by which a member sets a new password. Only for one who is in no other tenant, does not run the cloud and
         *     may do no more than the caller.
         */
        post: operations["member_reset_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/owner_link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Invite an owner into a tenant that has none who may log in. The link is good once, for seven days. */
        post: operations["invite_owner"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/sounds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a tenant's devices may play: all of it, newest first. */
        get: operations["list_sounds"];
        put?: never;
        /** Upload a sound for a tenant's devices: MP3, WAV, AAC, M4A or Ogg, 16 MiB at most, as it is. */
        post: operations["upload_sound"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/sounds/{sound}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a sound. */
        delete: operations["delete_sound"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/support": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Let platform administrators into the tenant for a while: they may then see what its administrators see. */
        put: operations["allow_support"];
        post?: never;
        /** Let platform administrators in no longer. */
        delete: operations["end_support"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the users of the cloud in the order they were made. */
        get: operations["list_users"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a user. */
        delete: operations["delete_user"];
        options?: never;
        head?: never;
        /** Disable or enable a user, make him a platform administrator or no longer one. */
        patch: operations["change_user"];
        trace?: never;
    };
    "/api/v1/users/{user}/reset_link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a link by which any user sets a new password. */
        post: operations["user_reset_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{user}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Log a user out everywhere. */
        delete: operations["end_user_sessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What was wanted is on its way to the device, which does not answer to it. */
        Accepted: Record<string, never>;
        /** @description Somebody new who accepts an invitation. */
        AcceptRequest: {
            password: string;
            token: string;
            username: string;
        };
        /** @description How many were acknowledged. */
        Acknowledged: {
            acknowledged: number;
        };
        /**
         * @description What did something.
         * @enum {string}
         */
        ActorKind: "user" | "key" | "device" | "system" | "nobody";
        /** @description Something that a device raised an alarm of. */
        Alarm: {
            /**
             * Format: date-time
             * @description When somebody has seen to it.
             */
            acknowledged_at?: string;
            /** @description Who that was. */
            acknowledged_by?: string;
            /** Format: date-time */
            begin_at: string;
            /** Format: int32 */
            channel: number;
            /** @description What people call the device; may be empty. */
            device_name: string;
            /**
             * Format: date-time
             * @description Absent: it stands.
             */
            end_at?: string;
            /**
             * @description `told`: by the device; `bit_cleared`: its Keepalive does not carry it any more; `timeout`: nothing was heard of it for
             *     too long; `device_reset`: the device started anew.
             */
            end_reason?: string;
            /** @description There is a picture, and the caller may see it. */
            has_picture: boolean;
            /**
             * Format: int64
             * @description Later ones have greater numbers.
             */
            id: number;
            login_code: string;
            /** @description The device's words; may be empty. */
            text: string;
            /**
             * Format: int64
             * @description By the protocol's number.
             */
            type: number;
            /** @description `io`, `motion`, `cross`, `cry`, `face`, `voice`, `low_battery`, `lock_picked`, `doorbell`, `body` or `other`. */
            type_name: string;
        };
        /** @description Which alarms a device says it can raise. */
        AlarmCapabilities: {
            /** @description A human body. */
            body: boolean;
            /** @description A crossed line. */
            cross: boolean;
            /** @description Crying. */
            cry: boolean;
            /** @description A face. */
            face: boolean;
            /** @description An external input. */
            io: boolean;
            /** @description Motion. */
            motion: boolean;
            /** @description Sound. */
            voice: boolean;
        };
        /** @description How many alarms want attention. */
        AlarmCounts: {
            /**
             * Format: int32
             * @description That stand; 1000 at most.
             */
            active: number;
            /** @description There are more of either than are counted. */
            more: boolean;
            /**
             * Format: int32
             * @description That nobody has seen to; 1000 at most.
             */
            unacknowledged: number;
        };
        /** @description Alarms, newest first. */
        AlarmList: {
            items: components["schemas"]["Alarm"][];
            /**
             * Format: int64
             * @description For `before`, to get those before; absent: there are none.
             */
            next?: number;
        };
        /** @description Which alarms. */
        AlarmsAsked: {
            /**
             * @description Those that somebody has seen to only; or, false, those that nobody has.
             * @default null
             */
            acknowledged: boolean;
            /**
             * @description Those that stand only; or, false, those that have ended.
             * @default null
             */
            active: boolean;
            /**
             * Format: int32
             * @description Of channels with this number only.
             * @default null
             */
            channel: number;
            /**
             * Format: date-time
             * @description Those that stood at this time or later only.
             * @default null
             */
            from: string;
            /**
             * @description Of this device only.
             * @default null
             */
            login_code: string;
            /**
             * Format: int64
             * @description Of devices of this tenant only.
             * @default null
             */
            tenant: number;
            /**
             * Format: date-time
             * @description Those that began at this time or before only.
             * @default null
             */
            to: string;
            /**
             * @description Of this type only: by its name or by the protocol's number.
             * @default null
             */
            type: string;
        };
        /** @description An API key, without what makes it work. */
        ApiKey: {
            /** Format: date-time */
            created_at: string;
            /** @description Who made it, while there. */
            created_by?: string;
            /**
             * Format: date-time
             * @description Absent: it does not end.
             */
            expires_at?: string;
            /** Format: int64 */
            id: number;
            /**
             * Format: date-time
             * @description Absent: not used yet.
             */
            last_used_at?: string;
            name: string;
            scopes: components["schemas"]["Permission"][];
        };
        /** @description A tenant's API keys, the newest first. */
        ApiKeys: {
            items: components["schemas"]["ApiKey"][];
        };
        /** @description Whom a device goes to. */
        Assignment: {
            /** Format: int64 */
            tenant: number;
        };
        /** @description What a device plays. */
        Audio: {
            /**
             * Format: int64
             * @description The sound, if it is one of the tenant's.
             */
            sound?: number;
            /** @description `stopped`, `pausing` or `playing`; others may come. */
            status: string;
            /** @description Where it has it from, without what is secret. */
            url?: string;
        };
        /**
         * @description What to do with what plays.
         * @enum {string}
         */
        AudioControl: "stop" | "pause" | "resume";
        /** @description What to do with what plays. */
        AudioWanted: {
            op: components["schemas"]["AudioControl"];
        };
        /** @description Who did something. */
        AuditActor: {
            /** @description The number of the user or key, or the device's login code. */
            id?: string;
            kind: components["schemas"]["ActorKind"];
            /** @description What he was called then. */
            name: string;
        };
        /** @description Who did what from where. */
        AuditEntry: {
            /** @description The operation of this API, or what happened: `bind`. */
            action: string;
            actor: components["schemas"]["AuditActor"];
            /** @description The address he came from. */
            address: string;
            /** Format: date-time */
            at: string;
            /** @description More about it, such as why it was refused. */
            detail: string;
            /**
             * Format: int64
             * @description Later ones have greater numbers.
             */
            id: number;
            outcome: components["schemas"]["AuditOutcome"];
            /** @description With what: `device 1000000000000001`, `tenant 1`. */
            target: string;
            /** @description The tenant it is about. */
            tenant?: components["schemas"]["TenantName"];
        };
        /** @description Entries of the audit log, newest first. */
        AuditList: {
            items: components["schemas"]["AuditEntry"][];
        };
        /**
         * @description What came of it.
         * @enum {string}
         */
        AuditOutcome: "done" | "refused" | "failed";
        /** @description How it stands with a bind id. */
        Bind: {
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string;
            /** Format: int64 */
            group_id?: number;
            /** Format: int64 */
            id: number;
            /** @description The device that sent it. */
            login_code?: string;
            /** @description What the device will be called; may be empty. */
            name: string;
            /**
             * @description Of a refused one: `held_elsewhere`, another tenant has the device and must release or reset it first;
             *     `too_many_devices`, the tenant has as many as it may. Of a bound one: `already_yours`.
             */
            reason?: string;
            /**
             * Format: date-time
             * @description When the device sent it.
             */
            settled_at?: string;
            /** @description `waiting`, `bound`, `refused` or `expired`. */
            state: string;
        };
        /** @description Bind ids, newest first. */
        BindList: {
            items: components["schemas"]["Bind"][];
        };
        /** @description What a QR code for the device's camera says, in the form vendors use; `ssid` and `pwd` of the Wi-Fi may be added. */
        BindQr: {
            id: string;
        };
        /** @description The password and a code of the second factor. */
        BothFactors: {
            /** @description What the app shows, or a recovery code. */
            code: string;
            password: string;
        };
        /** @description What a device says it can do. */
        Capabilities: {
            alarms: components["schemas"]["AlarmCapabilities"];
            /** @description It can play music. */
            audio_out: boolean;
            /** @description It can restart itself regularly. */
            auto_reboot: boolean;
            /** @description It runs on a battery. */
            battery: boolean;
            /** @description It can record to the cloud. */
            cloud_record: boolean;
            /** @description It fetches firmware over HTTPS. */
            firmware_download_https: boolean;
            /** @description It uploads pictures and recorded segments over HTTPS. */
            https: boolean;
            /** @description It has an indicator light that can be switched. */
            led: boolean;
            /** @description It uploads logs over HTTPS. */
            log_upload_https: boolean;
            /** @description How it sends media: `rtmp`, `srt`; others may come. */
            media_protocol: string;
            /** @description What else it said, as it came. */
            other?: Record<string, never>;
            /** @description It uploads pictures over HTTPS. */
            pic_upload_https: boolean;
            /** @description It can pan, tilt or zoom. */
            ptz: boolean;
            /** @description Its channels can be switched off. */
            switch: boolean;
            /** @description It can follow what moves. */
            trace: boolean;
            /** @description It can encrypt the video. */
            video_encrypt: boolean;
            /** @description A person can speak through it. */
            voice_out: boolean;
            /** @description Extensions of this project that it knows. */
            x?: string[];
        };
        /** @description What to change of a member; what is left out stays. */
        ChangedMember: {
            /** @description Always so for owners and admins. */
            everywhere?: boolean;
            /** @description All grants he then has, 200 at most. */
            grants?: components["schemas"]["Grant"][];
            role?: components["schemas"]["Role"];
        };
        /** @description A channel of a device, as it said last; of an offline device all are offline. */
        Channel: {
            /**
             * Format: int64
             * @description Alarms that stand, a bit for each type.
             */
            alarm?: number;
            /** Format: int32 */
            channel: number;
            /** @description What the caller may do with it; absent: what he may do with the device. */
            permissions?: components["schemas"]["Permission"][];
            /** @description The recording it makes. */
            record_session?: string;
            /**
             * Format: int64
             * @description 0 offline, 1 online, 2 live, 3 faulty, 4 disabled; others may come.
             */
            state: number;
            /** @description `offline`, `online`, `live`, `faulty`, `disabled` or `unknown`. */
            state_name: string;
            /** @description The stream it publishes. */
            stream_id?: string;
        };
        /** @description Footage that is locked. */
        Clip: {
            /** Format: date-time */
            created_at: string;
            /** @description The name of who locked it, at the time. */
            created_by: string;
            /** Format: date-time */
            from: string;
            /** Format: int64 */
            id: number;
            name: string;
            /** Format: date-time */
            to: string;
            /**
             * Format: date-time
             * @description Until when it is kept; absent: until it is deleted.
             */
            until?: string;
        };
        /** @description Clips, in the order of their times. */
        ClipList: {
            items: components["schemas"]["Clip"][];
        };
        /** @description What was wanted of a device, and what came of it. */
        Command: {
            /** @description What the device answered, kept as `params` are. */
            answer?: unknown;
            /** Format: date-time */
            at: string;
            by: components["schemas"]["CommandBy"];
            /**
             * Format: int64
             * @description From the call to its end; of requests only.
             */
            duration_ms?: number;
            /** @description What the device said of why it refused, or what is wrong with its answer. */
            error?: components["schemas"]["CommandFault"];
            /**
             * Format: int64
             * @description Later ones have greater numbers.
             */
            id: number;
            kind: components["schemas"]["CommandKind"];
            /** @description The protocol's name of what was wanted. */
            method: string;
            outcome: components["schemas"]["CommandOutcome"];
            /** @description Without secrets, which are `***`; what is longer than 4 KiB is a text with its beginning. */
            params?: unknown;
        };
        /** @description Who wanted it. */
        CommandBy: {
            kind: components["schemas"]["CommandByKind"];
            /** @description His name at the time; the cloud has none. */
            name?: string;
        };
        /**
         * @description What wanted it.
         * @enum {string}
         */
        CommandByKind: "user" | "key" | "cloud";
        /** @description Why it was not done. */
        CommandFault: {
            /**
             * Format: int64
             * @description The device's; absent where it is the cloud that found the fault.
             */
            code?: number;
            msg: string;
        };
        /**
         * @description How it was sent.
         * @enum {string}
         */
        CommandKind: "request" | "event";
        /** @description Commands, newest first. */
        CommandList: {
            items: components["schemas"]["Command"][];
            /**
             * Format: int64
             * @description For `before`, to get those before; absent: there are none.
             */
            next?: number;
        };
        /**
         * @description What came of a command.
         * @enum {string}
         */
        CommandOutcome: "ok" | "refused" | "timeout" | "offline" | "disconnected" | "bad_answer" | "busy" | "sent";
        /** @description Says that it is meant. */
        Confirmation: {
            /** @description The device's name or its login code. */
            confirm: string;
        };
        /** @description A bind id just made. */
        CreatedBind: {
            /** @description What the device has to send. Shown this once. */
            bind_id: string;
            /** Format: date-time */
            expires_at: string;
            /** Format: int64 */
            id: number;
            qr: components["schemas"]["BindQr"];
        };
        /** @description A device just added. */
        CreatedDevice: components["schemas"]["Device"] & {
            /** @description Where the device connects. */
            dap_url: string;
            /** @description Shown this once. */
            login_passwd: string;
        };
        /** @description A tenant just made. */
        CreatedTenant: components["schemas"]["Tenant"] & {
            /** @description An invitation to pass on to its first owner; shown this once, good once, for seven days. */
            owner_link: string;
        };
        /**
         * @description A day of the week.
         * @enum {string}
         */
        Day: "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
        /** @description Days on which there is something. */
        DaysAnswer: {
            days: components["schemas"]["RecordedDay"][];
        };
        /** @description A device. */
        Device: {
            /** @description The address it last logged in from. */
            address?: string;
            /**
             * Format: int64
             * @description Percent.
             */
            battery?: number;
            /** @description Those that the caller may see. */
            channels: components["schemas"]["Channel"][];
            /**
             * Format: date-time
             * @description Since when its connection is up; absent: it has none.
             */
            connected_at?: string;
            /** Format: date-time */
            created_at: string;
            /** @description It may not log in. */
            disabled: boolean;
            firmware_model?: string;
            /**
             * Format: int64
             * @description The group it is sorted into.
             */
            group_id?: number;
            hardware_model?: string;
            /**
             * Format: date-time
             * @description When it was last heard; absent: never.
             */
            last_seen_at?: string;
            /** @description Its id. */
            login_code: string;
            /** @description What people call it; may be empty. */
            name: string;
            /** @description What the caller may do with it as a whole; with single channels he may be allowed more. */
            permissions: components["schemas"]["Permission"][];
            presence: components["schemas"]["Presence"];
            /** @description Version of its SDK. */
            sdk?: string;
            /**
             * Format: int64
             * @description As it said last: 1 online, 2 upgrading, 3 faulty; others may come.
             */
            state?: number;
            /** @description The platform keeps it: a tenant may release it, but not remove it. */
            stocked: boolean;
            /** @description Whose it is; absent: nobody's, in the platform's stock. */
            tenant?: components["schemas"]["TenantName"];
        };
        /** @description What is known of what a device can do. */
        DeviceCapabilities: {
            /** @description What it said. */
            capabilities?: components["schemas"]["Capabilities"];
            /**
             * Format: date-time
             * @description When it said that.
             */
            fetched_at?: string;
            /** @description It has said what it can do. Else try. */
            known: boolean;
            /** @description Methods of the protocol that it said it does not know, on its present or last connection. */
            unsupported: string[];
        };
        /** @description What to change; what is left out stays. */
        DeviceChange: {
            /** @description A device that is disabled is disconnected. */
            disabled?: boolean;
            /**
             * Format: int64
             * @description The group of its tenant's that it is sorted into; null: into none.
             */
            group_id?: number | null;
            name?: string;
        };
        /** @description The configuration of a device. */
        DeviceConfig: {
            /**
             * @description The document as the device sent it; the channels stand under `channls` whatever it called them. Absent after a change
             *     where the device took it and could not be asked again.
             */
            config?: Record<string, never>;
            /**
             * Format: date-time
             * @description When it said that.
             */
            fetched_at: string;
        };
        /** @description Something a device told. */
        DeviceEvent: {
            /**
             * Format: date-time
             * @description When the cloud got it.
             */
            at: string;
            /** Format: int32 */
            channel?: number;
            /** @description The parameters as the device sent them; of a bind id its hash only. */
            data: Record<string, never>;
            /**
             * Format: int64
             * @description Later ones have greater numbers.
             */
            id: number;
            kind: components["schemas"]["DeviceEventKind"];
        };
        /**
         * @description The sorts of events kept of a device.
         * @enum {string}
         */
        DeviceEventKind: "alarm" | "bind" | "battery" | "log_done";
        /** @description Events, newest first. */
        DeviceEventList: {
            items: components["schemas"]["DeviceEvent"][];
        };
        /** @description An error of the device access protocol, as the device answered it. */
        DeviceFault: {
            /**
             * Format: int64
             * @description 1 internal, 11 bitrate too high, 12 bad parameter, 13 not supported in the configuration, 101 unknown method, 102
             *     no such channel, 103 channel offline; others may come.
             */
            code: number;
            /** @description For people, in the device's words. */
            msg: string;
        };
        /** @description What a device says it is. */
        DeviceInfo: {
            /**
             * Format: date-time
             * @description When it said that.
             */
            fetched_at?: string;
            /**
             * @description As it came: `dev_id`, `hardware_model`, `firmware_model`, `last_upgrade_datetime`, and where it says so `wifi_ssid`,
             *     `wifi_signal`, `up_bandwidth`, `down_bandwidth`, `ip_addr`, `mac_addr`, `battery` and more.
             */
            info?: Record<string, never>;
        };
        /** @description A log that a device was asked for. */
        DeviceLog: {
            /** @description Who wanted it. */
            by?: string;
            /**
             * Format: int64
             * @description How long it is; 0: the device has nothing of that time.
             */
            bytes?: number;
            /** @description `text/plain`, `application/gzip` or `application/zip` */
            content_type?: string;
            /** @description Why it failed. */
            error?: string;
            /**
             * Format: date-time
             * @description When it was settled.
             */
            finished_at?: string;
            /**
             * Format: date-time
             * @description The time that was wanted.
             */
            from: string;
            /**
             * Format: int64
             * @description Later ones have greater numbers.
             */
            id: number;
            /** Format: date-time */
            requested_at: string;
            state: components["schemas"]["LogState"];
            /** Format: date-time */
            to: string;
        };
        /** @description Logs, newest first. */
        DeviceLogList: {
            items: components["schemas"]["DeviceLog"][];
            /**
             * Format: int64
             * @description For `before`, to get those before; absent: there are none.
             */
            next?: number;
        };
        /** @description A page of devices. */
        DevicePage: {
            items: components["schemas"]["Device"][];
            /** Format: int32 */
            page: number;
            /** Format: int32 */
            page_size: number;
            /**
             * Format: int64
             * @description On all pages.
             */
            total: number;
        };
        /** @description What the clock of a device shows. */
        DeviceTime: {
            /**
             * @description `yyyy-MM-ddTHH:mm:ss`, in the device's zone.
             * @example 2016-12-05T02:15:32
             */
            datetime: string;
            /**
             * Format: int64
             * @description By how many seconds it is ahead of the cloud's; absent where the zone is not known.
             */
            skew_s?: number;
            /**
             * Format: int32
             * @description The zone, in hours east of UTC, as the device says it with its time or in its configuration.
             */
            tz?: number;
        };
        /** @description How the SD card of a device is. */
        DiskInfo: {
            /**
             * Format: int64
             * @description As the device says it.
             */
            state: number;
            /** @description `ok`, `no_card`, `faulty`, `formatting` or `unknown`. */
            state_name: string;
        };
        /** @description Every failure of the API looks like this. */
        ErrorBody: {
            /** @description What went wrong. */
            error: components["schemas"]["ErrorDetail"];
        };
        /** @description What went wrong. */
        ErrorDetail: {
            /**
             * @description For programs; stays the same from version to version.
             * @example no_such_device
             */
            code: string;
            /** @description What the device itself answered. */
            device_error?: components["schemas"]["DeviceFault"];
            /** @description The field that it is about, as a path such as `channls.0.image.horflip`. */
            field?: string;
            /** @description What is wrong with which line of a file. */
            lines?: components["schemas"]["LineFault"][];
            /** @description For people, in English. */
            message: string;
            /** @description Names the request in the logs. */
            request_id: string;
        };
        /** @description A file that is made. */
        ExportAnswer: {
            /**
             * Format: date-time
             * @description When its first picture was.
             */
            begins_at?: string;
            /**
             * Format: int64
             * @description How long the file is.
             */
            bytes?: number;
            /**
             * Format: int64
             * @description How long it plays. It begins with the last picture before the range that stands alone, and gaps are left out.
             */
            duration_ms?: number;
            /**
             * Format: date-time
             * @description Until when a fetch may begin.
             */
            expires_at?: string;
            /** @description In how many places time is left out. */
            gaps?: number;
            /** @description Names the range: asked for again it is made again, also after a restart of the cloud. */
            id: string;
            /** @description Why it failed. */
            message?: string;
            /**
             * Format: double
             * @description How much of it is prepared, from 0 to 1.
             */
            progress: number;
            /** @description `preparing`; `ready`; `failed` */
            state: string;
            /**
             * @description Where the file is, once it is ready: to be fetched without logging in, whole, in parts, or from where a fetch was
             *     broken off.
             */
            url?: string;
        };
        /** @description An image of devices' software. */
        Firmware: {
            /** Format: int64 */
            bytes: number;
            /** Format: date-time */
            created_at: string;
            created_by: string;
            /** @description What they say of themselves once it is installed. */
            firmware_model: string;
            /** @description The devices it is for. */
            hardware_model: string;
            /** Format: int64 */
            id: number;
            notes: string;
            /** @description Hexadecimal. */
            sha256: string;
            /**
             * Format: int64
             * @description Whose it is; absent: the platform's, for all.
             */
            tenant?: number;
        };
        /** @description What to change of an image. */
        FirmwareChange: {
            notes: string;
        };
        /** @description Images, newest first. */
        FirmwareList: {
            items: components["schemas"]["Firmware"][];
        };
        /** @description A fresh API key. */
        FreshApiKey: components["schemas"]["ApiKey"] & {
            /** @description For `Authorization: Bearer`, shown this once. */
            key: string;
        };
        /** @description What somebody may do with a part of a tenant: with a group and all below it, a device, or one channel. */
        Grant: {
            /**
             * Format: int32
             * @description On this channel of the device only.
             */
            channel?: number;
            /**
             * Format: int64
             * @description On this group; either this or a device.
             */
            group_id?: number;
            /** @description On this device. */
            login_code?: string;
            /** @description What is allowed there. To see that it is there goes without saying. */
            permissions: components["schemas"]["Permission"][];
            /**
             * Format: date-time
             * @description Recordings from then on only.
             */
            recordings_from?: string;
            /**
             * Format: date-time
             * @description Recordings until then only.
             */
            recordings_to?: string;
        };
        /** @description A group of a tenant's devices: a site, a floor. */
        Group: {
            /**
             * Format: int64
             * @description How many devices are in it, not in those below.
             */
            devices: number;
            /** Format: int64 */
            id: number;
            name: string;
            /**
             * Format: int64
             * @description The group it is in, if the caller may see that.
             */
            parent_id?: number;
        };
        /** @description What to change of a group; what is left out stays. */
        GroupChange: {
            name?: string;
            /**
             * Format: int64
             * @description The group it is in; null: in none.
             */
            parent_id?: number | null;
        };
        /** @description Groups of a tenant. */
        GroupList: {
            items: components["schemas"]["Group"][];
        };
        /** @description An import that was done. */
        Imported: {
            /** @description So many devices. */
            imported: number;
        };
        /** @description An open invitation. */
        Invitation: {
            /** Format: date-time */
            created_at: string;
            /** @description Whether the role holds for everything of the tenant. */
            everywhere: boolean;
            /** Format: date-time */
            expires_at: string;
            grants: components["schemas"]["Grant"][];
            /** Format: int64 */
            id: number;
            /** @description Absent: somebody who is gone. */
            invited_by?: string;
            note: string;
            role: components["schemas"]["Role"];
        };
        /** @description A fresh invitation. */
        InvitationLink: {
            /** Format: date-time */
            expires_at: string;
            /** Format: int64 */
            id: number;
            /** @description To pass on to who is invited, shown this once. */
            link: string;
        };
        /** @description A tenant's open invitations, the newest first. */
        InvitationList: {
            items: components["schemas"]["Invitation"][];
        };
        /** @description An invitation as who is invited sees it. */
        InvitationLook: {
            /** Format: date-time */
            expires_at: string;
            /** @description Absent: somebody who is gone. */
            invited_by?: string;
            /** @description In the inviter's words. */
            note: string;
            role: components["schemas"]["Role"];
            tenant_name: string;
        };
        /** @description What makes an invitation work: the part of the link after `#`. */
        InvitationToken: {
            token: string;
        };
        /** @description How long to keep a device awake. */
        KeepAwake: {
            /**
             * Format: int32
             * @description 1 to 3600.
             */
            seconds: number;
        };
        /** @description A key to make. */
        KeyRequest: {
            /**
             * Format: date-time
             * @description When it ends. Left out: never.
             */
            expires_at?: string | null;
            /** @description What it is for. */
            name: string;
            /** @description What it may do, with everything of the tenant. */
            scopes: components["schemas"]["Permission"][];
        };
        /** @description What is wrong with a line of a file. */
        LineFault: {
            /**
             * Format: int64
             * @description From 1.
             */
            line: number;
            message: string;
        };
        /** @description A stream that runs, and where to watch it. */
        LiveAnswer: {
            /**
             * Format: date-time
             * @description Until when the URLs are good for joining.
             */
            expires_at: string;
            play: components["schemas"]["PlayUrls"];
            stream_id: string;
        };
        /** @description A session has begun. The browser gets it as a cookie too. */
        LoginAnswer: {
            /**
             * Format: date-time
             * @description When the session ends.
             */
            expires_at: string;
            /** @description For `Authorization: Bearer`. */
            token: string;
            user: components["schemas"]["Me"];
        };
        /** @description What a user logs in with. */
        LoginRequest: {
            /** @description Of the second factor: what the app shows, or a recovery code. */
            code?: string | null;
            password: string;
            username: string;
        };
        /**
         * @description How it stands with a log that a device was asked for.
         * @enum {string}
         */
        LogState: "requested" | "uploading" | "done" | "failed" | "timed_out";
        /** @description Which time a log is wanted of. */
        LogWanted: {
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to: string;
        };
        /** @description Who calls, and what he may do. */
        Me: {
            /**
             * Format: int64
             * @description The user's number; absent: an API key calls.
             */
            id?: number;
            /** @description The API key that calls. */
            key?: components["schemas"]["MyKey"];
            /** @description Runs the cloud. */
            platform_admin: boolean;
            /**
             * Format: int32
             * @description Recovery codes not used yet.
             */
            recovery_codes_left: number;
            /** @description The tenants he belongs to, and what he may do there. */
            tenants: components["schemas"]["MyTenant"][];
            /** @description Has a second factor. */
            totp: boolean;
            /** @description The user's name, or the key's. */
            username: string;
        };
        /** @description A user in a tenant. */
        Member: {
            /** @description May not log in. */
            disabled: boolean;
            /** @description Whether the role holds for everything of the tenant; if not, the member may do what the grants say. */
            everywhere: boolean;
            /** @description What he may do with parts of the tenant beyond that. */
            grants: components["schemas"]["Grant"][];
            role: components["schemas"]["Role"];
            /** @description Has a second factor. */
            totp: boolean;
            /** Format: int64 */
            user_id: number;
            username: string;
        };
        /** @description The people of a tenant. */
        MemberList: {
            items: components["schemas"]["Member"][];
        };
        /**
         * @description An edition of the protocol.
         * @enum {string}
         */
        MethodEdition: "seed" | "later";
        /**
         * @description Whether a method is answered.
         * @enum {string}
         */
        MethodKind: "rpc" | "event";
        /** @description An API key that calls. */
        MyKey: {
            /** Format: int64 */
            id: number;
            name: string;
        };
        /** @description One login of one's own. */
        MySession: {
            /** @description From where it began. */
            address: string;
            /** Format: date-time */
            created_at: string;
            /** @description It is the one that asks. */
            current: boolean;
            /** Format: date-time */
            expires_at: string;
            /** Format: int64 */
            id: number;
            /**
             * Format: date-time
             * @description When it was last used.
             */
            last_seen_at: string;
            /** @description With which program. */
            user_agent: string;
        };
        /** @description One's sessions, the latest first. */
        MySessions: {
            items: components["schemas"]["MySession"][];
        };
        /** @description A tenant that the caller belongs to. */
        MyTenant: {
            /** @description Whether that holds for everything of the tenant. */
            everywhere: boolean;
            /** Format: int64 */
            id: number;
            name: string;
            /** @description What he may do with everything of the tenant; with parts of it he may be allowed more. */
            permissions: components["schemas"]["Permission"][];
            /** @description What he is there; absent for an API key. */
            role?: components["schemas"]["Role"];
            /**
             * Format: date-time
             * @description Until when the tenant lets platform administrators in.
             */
            support_until?: string;
        };
        /** @description A bind id to make. */
        NewBind: {
            /**
             * Format: int64
             * @description The group it goes to.
             */
            group_id?: number;
            /** @description What the device will be called. */
            name?: string;
        };
        /** @description Footage to lock. */
        NewClip: {
            /**
             * Format: date-time
             * @description In RFC 3339.
             */
            from: string;
            /** @description At most 200 characters. */
            name?: string;
            /**
             * Format: date-time
             * @description In RFC 3339; at most 24 hours later.
             */
            to: string;
            /**
             * Format: date-time
             * @description Until when it is kept, in RFC 3339; absent: until it is deleted.
             */
            until?: string;
        };
        /** @description A device to add; what is left out is made up. */
        NewDevice: {
            /**
             * Format: int64
             * @description The group of the tenant's that it is sorted into.
             */
            group?: number;
            /** @description 1 to 64 of `0-9 A-Z a-z _ -`; left out: 16 digits. */
            login_code?: string;
            /** @description 16 characters or more; left out: a strong one. */
            login_passwd?: string;
            name?: string;
            /**
             * Format: int64
             * @description Whose it becomes; left out: the only tenant where the caller may add one, or else, for who runs the cloud, the
             *     platform's stock.
             */
            tenant?: number;
        };
        /** @description A group to make. */
        NewGroup: {
            /** @description 1 to 100 characters. */
            name: string;
            /**
             * Format: int64
             * @description The group it is in; left out: in none.
             */
            parent_id?: number | null;
        };
        /** @description What somebody is invited to. */
        NewInvitation: {
            /**
             * @description Whether the role holds for everything of the tenant; it always does for owners and admins. Left out: it does,
             *     unless there are grants.
             */
            everywhere?: boolean | null;
            /** @description What is allowed with parts of the tenant. */
            grants?: components["schemas"]["Grant"][];
            /** @description Whom it is meant for; who is invited sees it too. */
            note?: string;
            role: components["schemas"]["Role"];
        };
        /** @description A new password; left out: a strong one is made. */
        NewPassword: {
            login_passwd?: string;
        };
        /** @description A link to make. */
        NewRecordingShare: {
            /**
             * Format: int64
             * @description How long the link lasts: a minute to 90 days; default 7 days.
             */
            expires_in_seconds?: number;
            /**
             * Format: date-time
             * @description In RFC 3339.
             */
            from: string;
            /** @description At most 200 characters; who has the link sees it. */
            name?: string;
            /**
             * Format: date-time
             * @description In RFC 3339; at most 24 hours later.
             */
            to: string;
        };
        /** @description How a channel is to be recorded; what is left out is as usual. 0 is no limit where something is kept. */
        NewRecordPlan: {
            /**
             * Format: int32
             * @description How long footage around alarms is kept; default as configured.
             */
            keep_alarm_days?: number;
            /**
             * Format: int64
             * @description How much footage of the channel is kept; default no limit.
             */
            keep_bytes?: number;
            /**
             * Format: int32
             * @description How long footage is kept; default as configured.
             */
            keep_days?: number;
            mode: components["schemas"]["RecordMode"];
            /**
             * Format: int32
             * @description How much is recorded before an alarm, as far as the device holds it; default 10.
             */
            prerecord_seconds?: number;
            /** @description The times of a week, for the mode `schedule`. */
            schedule?: components["schemas"]["WeeklyTime"][];
            /**
             * Format: int32
             * @description How long recording goes on after an alarm; default 30.
             */
            tail_seconds?: number;
            /**
             * @description The time zone of the schedule, by its IANA name; default UTC.
             * @example Europe/Berlin
             */
            time_zone?: string;
        };
        /** @description An invitation for who is to own a tenant. */
        OwnerLink: {
            /** Format: date-time */
            expires_at: string;
            /** @description To pass on, shown this once. */
            link: string;
        };
        /** @description The password, asked for again. */
        PasswordAgain: {
            password: string;
        };
        /** @description The new password. */
        PasswordAnswer: {
            login_code: string;
            /** @description Shown this once. */
            login_passwd: string;
        };
        /** @description A password to have from now on. */
        PasswordChange: {
            /** @description The present one. */
            current: string;
            new: string;
        };
        /** @description A password to have from now on. */
        PasswordReset: {
            password: string;
            /** @description What makes the link work: the part after `#`. */
            token: string;
        };
        /**
         * @description What somebody may be allowed to do with a device, a group, a tenant or the cloud.
         * @enum {string}
         */
        Permission: "view" | "see_live" | "see_recordings" | "control" | "configure" | "call_any" | "manage_people" | "manage_tenant" | "run_platform";
        /** @description Where to play a range. */
        PlaylistAnswer: {
            /**
             * Format: int64
             * @description How much footage there is in it.
             */
            duration_ms: number;
            /**
             * Format: date-time
             * @description Until when it is good.
             */
            expires_at: string;
            /** @description HTTP Live Streaming, to be played without logging in. */
            url: string;
        };
        /** @description Where to watch a stream. Each URL carries a token. */
        PlayUrls: {
            /** @description FLV over HTTP. */
            flv: string;
            /** @description Fragmented MP4 over WebSocket. */
            fmp4_ws: string;
        };
        /**
         * @description Whether a device is there (DAP section 3).
         * @enum {string}
         */
        Presence: "online" | "sleeping" | "offline";
        /** @description A device came or went. */
        PresenceEntry: {
            /** @description Where it came from; for who may see all of it. */
            address?: string;
            /** Format: date-time */
            at: string;
            /**
             * Format: int64
             * @description Later ones have greater numbers.
             */
            id: number;
            /** @description What it was from then on: `online`, `sleeping` or `offline`. */
            presence: string;
            /** @description Why it went: `silent`, `disabled`; others may come. */
            reason?: string;
        };
        /** @description How a device came and went, newest first. */
        PresenceList: {
            items: components["schemas"]["PresenceEntry"][];
            /**
             * Format: int64
             * @description For `before`, to get those before; absent: there are none.
             */
            next?: number;
        };
        /** @description A stored position of a camera. */
        Preset: {
            /**
             * Format: int64
             * @description 0 to 255.
             */
            id: number;
            /** @description What people call it; the cloud keeps that. */
            name?: string;
        };
        /** @description The stored positions of a camera. */
        PresetList: {
            items: components["schemas"]["Preset"][];
        };
        /** @description How to store a position. */
        PresetToSet: {
            /** @description What to call it; left out: as it is called already; empty: nothing. */
            name?: string;
        };
        /** @description One method of the protocol, as its table has it. */
        ProtocolMethod: {
            /** @description Other names that are understood. */
            aliases: string[];
            /** @description JSON Schema of the answer. */
            answer_schema: Record<string, never>;
            /** @description Who sends it. */
            direction: components["schemas"]["Way"];
            /** @description What it does, in English. */
            doc: string;
            /** @description Which edition of the protocol brought it. */
            edition: components["schemas"]["MethodEdition"];
            /** @description An answer as an example. */
            example_answer: unknown;
            /** @description Parameters as an example. */
            example_params: unknown;
            /** @description Whether it is answered. */
            kind: components["schemas"]["MethodKind"];
            /** @description As it stands in messages. */
            name: string;
            /** @description JSON Schema of the parameters. */
            params_schema: Record<string, never>;
        };
        /** @description The methods of the protocol. */
        ProtocolMethods: {
            items: components["schemas"]["ProtocolMethod"][];
        };
        /** @description What a camera is to do. */
        PtzMove: {
            /**
             * @description `up`, `down`, `left`, `right`, `upleft`, `upright`, `downleft`, `downright`, `zoomin`, `zoomout`: it moves until
             *     `stop`; the same with `_step` behind: one step; `goto_preset`, `set_preset`, `clear_preset`.
             * @example left
             */
            op: string;
            /**
             * Format: int64
             * @description Moves: speed 0 to 100, default 50. Steps: size 0 to 100. Presets: the number 0 to 255.
             */
            value?: number;
        };
        /** @description Which time. */
        RangeAsked: {
            /**
             * Format: date-time
             * @description In RFC 3339.
             */
            from: string;
            /**
             * Format: date-time
             * @description In RFC 3339.
             */
            to: string;
        };
        /** @description What to restart. */
        Reboot: {
            /**
             * Format: int32
             * @description This channel only, if the device can do that; left out: the device.
             */
            channel?: number;
            /** @description The device's name or its login code. */
            confirm: string;
        };
        /** @description A day on which there is footage, or on which alarms began. */
        RecordedDay: {
            /**
             * Format: int64
             * @description How many alarms began.
             */
            alarms: number;
            /** @example 2026-11-29 */
            day: string;
            /**
             * Format: int64
             * @description How much footage there is.
             */
            recorded_ms: number;
        };
        /** @description The recording of a channel. */
        Recording: {
            /** Format: int32 */
            channel: number;
            plan?: components["schemas"]["RecordPlan"] | null;
            state: components["schemas"]["RecordState"];
        };
        /** @description The recording of a device's channels, in their order. */
        RecordingList: {
            items: components["schemas"]["Recording"][];
        };
        /** @description A link that shows a piece of footage. */
        RecordingShare: {
            /** Format: date-time */
            created_at: string;
            /** @description The name of who made it, at the time. */
            created_by: string;
            /** Format: date-time */
            expires_at: string;
            /** Format: date-time */
            from: string;
            /** Format: int64 */
            id: number;
            name: string;
            /** Format: date-time */
            to: string;
            /** @description Whoever has it sees the footage. */
            url: string;
        };
        /** @description Links, newest first. */
        RecordingShareList: {
            items: components["schemas"]["RecordingShare"][];
        };
        /** @description How it stands with recordings. */
        RecordingStorage: {
            /**
             * Format: int64
             * @description Room that is left, where that is known.
             */
            free_bytes?: number;
            /**
             * Format: date-time
             * @description When the oldest recording begins.
             */
            oldest?: string;
            /**
             * Format: int64
             * @description Segments of recordings.
             */
            segments: number;
            state: components["schemas"]["StorageState"];
            store: components["schemas"]["StoreName"];
            /**
             * Format: int64
             * @description Room in all, for whatever is on the same disk.
             */
            total_bytes?: number;
            /**
             * Format: int64
             * @description Bytes of recordings.
             */
            used_bytes: number;
        };
        /**
         * @description When a channel is recorded.
         * @enum {string}
         */
        RecordMode: "off" | "always" | "schedule" | "alarm";
        /** @description How a channel is to be recorded. 0 is no limit where something is kept. */
        RecordPlan: {
            /**
             * Format: int32
             * @description How long footage around alarms is kept.
             */
            keep_alarm_days?: number;
            /**
             * Format: int64
             * @description How much footage of the channel is kept.
             */
            keep_bytes?: number;
            /**
             * Format: int32
             * @description How long footage is kept.
             */
            keep_days?: number;
            /** @description When. */
            mode: components["schemas"]["RecordMode"];
            /**
             * Format: int32
             * @description How much is recorded before an alarm, as far as the device holds it.
             */
            prerecord_seconds?: number;
            /** @description The times of a week, for the mode `schedule`. */
            schedule?: components["schemas"]["WeeklyTime"][];
            /**
             * Format: int32
             * @description How long recording goes on after an alarm.
             */
            tail_seconds?: number;
            /**
             * @description The time zone of the schedule, by its IANA name.
             * @example Europe/Berlin
             */
            time_zone?: string;
        };
        /** @description Why nothing is recorded though it should be. */
        RecordProblem: {
            /**
             * @description `device_offline`, `channel_offline`, `bitrate_too_high`, `device_refused`, `not_answering`, `no_media` or
             *     `storage_full`; others may come.
             */
            code: string;
            /** @description For people, in English. */
            message: string;
        };
        /** @description How it stands with the recording of a channel. */
        RecordState: {
            /** @description Why: `always`, `schedule` or `alarm`. */
            cause?: string | null;
            /**
             * Format: date-time
             * @description Until when there is footage.
             */
            last_segment_at?: string | null;
            /**
             * Format: date-time
             * @description When recording begins or ends by itself.
             */
            next_change_at?: string | null;
            problem?: components["schemas"]["RecordProblem"] | null;
            /** @description Who makes the segments: the `device`, or the `cloud` of its live stream. */
            recorder?: string | null;
            /**
             * Format: date-time
             * @description Since when it is to be recorded without a break.
             */
            since?: string | null;
            /** @description It should be recorded now. */
            wanted: boolean;
        };
        /** @description Recovery codes, shown this once. Each is good for one login without the app. */
        RecoveryCodes: {
            recovery_codes: string[];
        };
        /** @description How to release a device. */
        Release: {
            /** @description Reset it to what it was when it left the factory first; it must be online. */
            factory_reset?: boolean;
        };
        /** @description A link to pass on to the user, shown this once. */
        ResetLink: {
            /** Format: date-time */
            expires_at: string;
            link: string;
        };
        /**
         * @description What a member of a tenant is.
         * @enum {string}
         */
        Role: "owner" | "admin" | "operator" | "viewer";
        /** @description What the device answered: one of the two. */
        RpcAnswer: {
            /** @description It refused. */
            err?: components["schemas"]["RpcFailure"];
            /** @description It did it. */
            resp?: unknown;
        };
        /** @description An error of the device access protocol. */
        RpcFailure: {
            /** Format: int64 */
            code: number;
            msg: string;
        };
        /** @description A method to call. */
        RpcRequest: {
            /**
             * @description A method of the device access protocol that goes to devices.
             * @example DevInfo
             */
            method: string;
            /** @description Its parameters. */
            params: Record<string, never>;
            /** @description Send it also if the cloud does not know the method or finds fault with the parameters. */
            unchecked?: boolean;
        };
        /** @description Whether the first run is still to come. */
        Setup: {
            /** @description There is no user yet. */
            needed: boolean;
        };
        /** @description The first administrator to be. */
        SetupRequest: {
            /** @description As the cloud printed it at its start. */
            code: string;
            password: string;
            /** @description What the first tenant is called. Left out: `Home`. */
            tenant_name?: string | null;
            username: string;
        };
        /** @description What a link shows. */
        SharedFootage: {
            /**
             * Format: int64
             * @description How much footage there is.
             */
            duration_ms: number;
            /**
             * Format: date-time
             * @description When the link ends.
             */
            expires_at: string;
            /** Format: date-time */
            from: string;
            name: string;
            /** @description HTTP Live Streaming; absent: there is no footage of it any more. */
            playlist_url?: string;
            /** Format: date-time */
            to: string;
        };
        /** @description A picture that somebody had a device take. */
        Snapshot: {
            /**
             * Format: date-time
             * @description When it came.
             */
            at: string;
            /**
             * Format: int64
             * @description How long the file is.
             */
            bytes: number;
            /** Format: int32 */
            channel: number;
            /** @description `image/jpeg` */
            content_type: string;
            /**
             * Format: int32
             * @description In pixels.
             */
            height: number;
            /**
             * Format: int64
             * @description Later ones have greater numbers.
             */
            id: number;
            /**
             * Format: int32
             * @description In pixels.
             */
            width: number;
        };
        /** @description Pictures, newest first. */
        SnapshotList: {
            items: components["schemas"]["Snapshot"][];
            /**
             * Format: int64
             * @description For `before`, to get those before; absent: there are none.
             */
            next?: number;
        };
        /** @description Something that a tenant's devices may play. */
        Sound: {
            /** Format: int64 */
            bytes: number;
            /** @description `audio/mpeg`, `audio/wav`, `audio/aac`, `audio/mp4` or `audio/ogg` */
            content_type: string;
            /** Format: date-time */
            created_at: string;
            /** Format: int64 */
            id: number;
            name: string;
        };
        /** @description Sounds, newest first. */
        SoundList: {
            items: components["schemas"]["Sound"][];
        };
        /**
         * @description How much room there is.
         * @enum {string}
         */
        StorageState: "ok" | "low" | "full";
        /**
         * @description Where recordings are stored.
         * @enum {string}
         */
        StoreName: "local" | "s3";
        /** @description A live stream. */
        Stream: {
            audio?: components["schemas"]["StreamAudio"];
            /**
             * Format: int64
             * @description What came in over the last seconds.
             */
            bitrate_bps: number;
            /** Format: int32 */
            channel: number;
            /** @description The device that publishes it. */
            login_code: string;
            /** Format: date-time */
            started_at: string;
            /** @description `starting`: no video yet; `live`; `waiting`: the publisher is gone and expected back. */
            state: string;
            stream_id: string;
            video?: components["schemas"]["StreamVideo"];
            /**
             * Format: int64
             * @description How many watch.
             */
            viewers: number;
        };
        /** @description The sound of a stream. */
        StreamAudio: {
            /** Format: int32 */
            channels: number;
            /** @description `aac` */
            codec: string;
            /** Format: int32 */
            sample_rate_hz: number;
        };
        /** @description The live streams. */
        StreamList: {
            items: components["schemas"]["Stream"][];
        };
        /** @description The picture of a stream. */
        StreamVideo: {
            /** @description `h264` or `h265`. */
            codec: string;
            /** Format: int32 */
            height: number;
            /** Format: int32 */
            width: number;
        };
        /** @description For how long. */
        SupportSpan: {
            /**
             * Format: int32
             * @description 1 to 168.
             */
            hours: number;
        };
        /** @description An organisation that owns devices. */
        Tenant: {
            /** Format: date-time */
            created_at: string;
            /**
             * Format: int64
             * @description How many devices it holds.
             */
            devices: number;
            /** @description Whether any of them owns it and may log in. Who runs the cloud can invite one where nobody does. */
            has_owner: boolean;
            /** Format: int64 */
            id: number;
            /**
             * Format: int64
             * @description How many people are in it.
             */
            members: number;
            name: string;
            /** @description What the caller may do with everything of it. */
            permissions: components["schemas"]["Permission"][];
            /** @description What the caller is in it; absent: no member, or an API key. */
            role?: components["schemas"]["Role"];
            /**
             * Format: date-time
             * @description Until when it lets platform administrators in.
             */
            support_until?: string;
        };
        /** @description Tenants. */
        TenantList: {
            items: components["schemas"]["Tenant"][];
        };
        /** @description A tenant, by name. */
        TenantName: {
            /** Format: int64 */
            id: number;
            name: string;
        };
        /** @description What a tenant is to be called. */
        TenantNaming: {
            /** @description 1 to 100 characters. */
            name: string;
        };
        /** @description A tenant that a user belongs to. */
        TenantOfUser: {
            /** Format: int64 */
            id: number;
            name: string;
            role: components["schemas"]["Role"];
        };
        /** @description What became of every moment. */
        TimelineAnswer: {
            /**
             * Format: date-time
             * @description From when this tells: later than asked for where the caller may not see what was before.
             */
            from: string;
            /** @description How much is missing, by reason. */
            gap_ms: {
                [key: string]: number;
            };
            marks: components["schemas"]["TimelineMark"][];
            /** @description They follow each other without a gap. */
            ranges: components["schemas"]["TimelineRange"][];
            /**
             * Format: int64
             * @description How much of it is footage.
             */
            recorded_ms: number;
            /**
             * Format: date-time
             * @description Until when: of the future nothing is told.
             */
            to: string;
        };
        /** @description Something that happened. */
        TimelineMark: {
            /** Format: date-time */
            from: string;
            /**
             * Format: int64
             * @description The alarm's or the clip's number.
             */
            id?: number;
            /**
             * @description `alarm`, `clip` (somebody locked it) or `clock` (the device's clock was wrong, and its footage is placed by when
             *     it came).
             */
            kind: string;
            /** @description The name of the alarm's type, or that of the clip. */
            name?: string;
            /**
             * Format: date-time
             * @description Absent: it goes on.
             */
            to?: string;
            /**
             * Format: int64
             * @description What raised the alarm, by the protocol's number.
             */
            type?: number;
        };
        /** @description A time in which it is the same all along. */
        TimelineRange: {
            /** Format: date-time */
            from: string;
            /** @description `continuous`: there is footage; `alarm`: there is, around an alarm, and it is kept as such; `gap`: there is none */
            kind: string;
            /**
             * @description Why there is no footage: `not_asked`, `starting` (recording was just asked for, or the device was just back),
             *     `pending` (it may still come), `device_offline`, `channel_offline`, `cloud_down`, `dropped` (the device had no
             *     room), `failed` (the device could not upload it), `refused`, `disk_full`, `expired` (promised and not uploaded),
             *     `no_media`, `device_refused`, `not_answering`, `deleted`, `unreported` (the device neither sent it nor said why),
             *     `hidden` (not for the caller). Others may come.
             */
            reason?: string;
            /** Format: date-time */
            to: string;
        };
        /** @description How to set a clock. */
        TimeToSet: {
            /**
             * Format: int32
             * @description By how many seconds it may be off without being set; default 1.
             */
            offset_s?: number;
            /**
             * Format: int32
             * @description The zone in which it shows its time, in hours east of UTC, -12 to 14; left out: that of the device's configuration, or
             *     else 8.
             */
            tz?: number;
        };
        /** @description What the app shows. */
        TotpCode: {
            code: string;
        };
        /** @description A secret to put into an authenticator app. */
        TotpSecret: {
            /** @description The same for a QR code. */
            otpauth_url: string;
            /** @description In base32, for typing. */
            secret: string;
        };
        /** @description An upgrade of a device. */
        Upgrade: {
            /** @description Who wanted it. */
            by?: string;
            /**
             * Format: date-time
             * @description Absent: it runs.
             */
            ended_at?: string;
            /** @description Why it failed. */
            error?: string;
            /** @description The version before. */
            from?: string;
            /**
             * Format: int64
             * @description Later ones have greater numbers.
             */
            id: number;
            /**
             * Format: int32
             * @description In percent, of what it does at the moment.
             */
            progress: number;
            /** Format: date-time */
            started_at: string;
            /**
             * @description `requested`, `downloading`, `installing`, `done` (the device says so), `confirmed` (it is back with the new version),
             *     `error` or `timed_out`.
             */
            state: components["schemas"]["UpgradeState"];
            /** @description The version after. */
            to: string;
        };
        /** @description Upgrades, newest first. */
        UpgradeList: {
            items: components["schemas"]["Upgrade"][];
            /**
             * Format: int64
             * @description For `before`, to get those before; absent: there are none.
             */
            next?: number;
        };
        /**
         * @description How it stands with an upgrade.
         * @enum {string}
         */
        UpgradeState: "requested" | "downloading" | "installing" | "done" | "confirmed" | "error" | "timed_out";
        /** @description What to install: an image that is kept here, or what is at an address. */
        UpgradeWanted: {
            /**
             * Format: int64
             * @description The number of an image.
             */
            firmware?: number;
            /** @description With `url`: what the device will say of itself. */
            firmware_model?: string;
            /** @description Also if the image is for devices of another model. */
            force?: boolean;
            /** @description Where the device finds one, an http:// or https:// address. */
            url?: string;
        };
        /** @description A user, as who runs the cloud sees him. */
        User: {
            /** Format: date-time */
            created_at: string;
            /** @description May not log in. */
            disabled: boolean;
            /** Format: int64 */
            id: number;
            platform_admin: boolean;
            /** @description The tenants he belongs to. */
            tenants: components["schemas"]["TenantOfUser"][];
            /** @description Has a second factor. */
            totp: boolean;
            username: string;
        };
        /** @description What to change of a user; what is left out stays. */
        UserChange: {
            /** @description A user who is disabled is logged out everywhere. */
            disabled?: boolean;
            platform_admin?: boolean;
        };
        /** @description A page of users. */
        UserPage: {
            items: components["schemas"]["User"][];
            /** Format: int32 */
            page: number;
            /** Format: int32 */
            page_size: number;
            /**
             * Format: int64
             * @description On all pages.
             */
            total: number;
        };
        /**
         * @description Who sends: `up` devices, `down` the cloud.
         * @enum {string}
         */
        Way: "up" | "down";
        /** @description A stretch of time on some days of each week. */
        WeeklyTime: {
            /** @description The days on which it begins. */
            days: components["schemas"]["Day"][];
            /**
             * @description When it begins, by the clock of the plan's time zone.
             * @example 08:00
             */
            from: string;
            /**
             * @description When it ends. At or before `from`: on the next day.
             * @example 18:00
             */
            to: string;
        };
        /** @description What to play: exactly one of the two. */
        WhatToPlay: {
            /**
             * Format: int64
             * @description A sound of the device's tenant.
             */
            sound?: number;
            /** @description Where the device finds something to play: an http:// or https:// address. */
            url?: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_alarms: {
        parameters: {
            query?: {
                /** @description Those that somebody has seen to only; or, false, those that nobody has. */
                acknowledged?: boolean;
                /** @description Those that stand only; or, false, those that have ended. */
                active?: boolean;
                /** @description Older than the one of this number only: `next` of the part before. */
                before?: number;
                /** @description Of channels with this number only. */
                channel?: number;
                /** @description Those that stood at this time or later only. */
                from?: string;
                /** @description 1 to 500; default 50. */
                limit?: number;
                /** @description Of this device only. */
                login_code?: string;
                /** @description Of devices of this tenant only. */
                tenant?: number;
                /** @description Those that began at this time or before only. */
                to?: string;
                /** @description Of this type only: by its name or by the protocol's number. */
                type?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Alarms */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlarmList"];
                };
            };
        };
    };
    get_alarm: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                alarm: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The alarm */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alarm"];
                };
            };
            /** @description `no_such_alarm` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    acknowledge_alarm: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                alarm: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The alarm as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alarm"];
                };
            };
            /** @description `no_such_alarm` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_alarm_picture: {
        parameters: {
            query?: {
                /** @description To be saved rather than shown. */
                download?: boolean;
            };
            header?: never;
            path: {
                alarm: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The picture */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": number[];
                };
            };
            /** @description `forbidden`: the caller may see the alarm, but no recordings */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_alarm`, `no_picture` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    acknowledge_alarms: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AlarmsAsked"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Acknowledged"];
                };
            };
        };
    };
    count_alarms: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description So many */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlarmCounts"];
                };
            };
        };
    };
    list_audit: {
        parameters: {
            query?: {
                /** @description This operation only, such as `open_live`. */
                action?: string;
                /** @description Part of the name of who did it. */
                actor?: string;
                /** @description Older than the entry of this number only. */
                before?: number;
                /** @description Not before this moment. */
                from?: string;
                /** @description 1 to 500; default 100. An export has all. */
                limit?: number;
                outcome?: components["schemas"]["AuditOutcome"];
                /** @description Part of what it was done with. */
                target?: string;
                /** @description Of this tenant only. Only platform administrators may leave it out. */
                tenant?: number;
                /** @description Before this moment. */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Entries */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditList"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_tenant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    export_audit: {
        parameters: {
            query?: {
                /** @description This operation only, such as `open_live`. */
                action?: string;
                /** @description Part of the name of who did it. */
                actor?: string;
                /** @description Older than the entry of this number only. */
                before?: number;
                /** @description Not before this moment. */
                from?: string;
                /** @description 1 to 500; default 100. An export has all. */
                limit?: number;
                outcome?: components["schemas"]["AuditOutcome"];
                /** @description Part of what it was done with. */
                target?: string;
                /** @description Of this tenant only. Only platform administrators may leave it out. */
                tenant?: number;
                /** @description Before this moment. */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Entries */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_tenant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_devices: {
        parameters: {
            query?: {
                /** @description Only those in this group and in those below it. */
                group?: number;
                /** @description From 1, which is the default. */
                page?: number;
                /** @description 1 to 500; default 50. */
                page_size?: number;
                /** @description Only those with this presence. */
                presence?: components["schemas"]["Presence"];
                /** @description Part of the login code, the name or the hardware model. */
                query?: string;
                /** @description Only those of this tenant. */
                tenant?: number;
                /** @description Only those that are nobody's, in the platform's stock. */
                unassigned?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DevicePage"];
                };
            };
        };
    };
    create_device: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDevice"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Added */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedDevice"];
                };
            };
            /** @description `bad_request`, `weak_password`, `bad_name`, `tenant_needed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `forbidden`, `too_many_devices` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_tenant`, `no_such_group` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_exists` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The device */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `release_instead` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    change_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceChange"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The device as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_capabilities: {
        parameters: {
            query?: {
                /** @description Ask the device again, if it is connected, though it is known what it said. */
                refresh?: boolean;
            };
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description As far as it is known */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceCapabilities"];
                };
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_timeout`, with `refresh` */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_audio: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: number;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description What it says */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Audio"];
                };
            };
            /** @description `no_such_device`, `no_such_channel` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline`, `device_disconnected` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_refused`, `not_supported` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_timeout` */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    control_audio: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: number;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AudioWanted"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The device was told */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description `no_such_device`, `no_such_channel` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    play_sound: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: number;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WhatToPlay"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The device was told */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description `bad_request`: neither or both, or no address */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_device`, `no_such_channel`, `no_such_sound` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    keep_awake: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: number;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeepAwake"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description It stays awake */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description `no_such_device`, `no_such_channel` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline`, `device_disconnected` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `not_supported`, `device_refused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_timeout` */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    open_live: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: number;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Where to watch */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiveAnswer"];
                };
            };
            /** @description `no_such_device`, `no_such_channel` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline`, `channel_offline` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `not_supported`, `bitrate_too_high`, `device_refused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `too_many_streams` */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_media`, `device_timeout` */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_presets: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: number;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description In its order */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PresetList"];
                };
            };
            /** @description `no_such_device`, `no_such_channel` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline`, `device_disconnected` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `not_supported`, `device_refused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_timeout` */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    set_preset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: number;
                login_code: string;
                /** @description 0 to 255 */
                preset: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PresetToSet"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description It is told to */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preset"];
                };
            };
            /** @description `bad_request`, `bad_name` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_device`, `no_such_channel` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_busy` */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    clear_preset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: number;
                login_code: string;
                /** @description 0 to 255 */
                preset: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description It is told to */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `no_such_device`, `no_such_channel` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_busy` */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    goto_preset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: number;
                login_code: string;
                /** @description 0 to 255 */
                preset: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description On its way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description `no_such_device`, `no_such_channel` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_busy` */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    move_ptz: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: number;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PtzMove"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description On its way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description `bad_params` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_device`, `no_such_channel` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_busy` */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    set_recording: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: number;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRecordPlan"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The channel as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recording"];
                };
            };
            /** @description `bad_plan`, with `field` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_device`, `no_such_channel` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_clips: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: number;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description In the order of their times */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClipList"];
                };
            };
            /** @description `no_such_device`, `no_such_channel` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    lock_clip: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: number;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewClip"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description It is locked */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Clip"];
                };
            };
            /** @description `no_such_device`, `no_such_channel`, `no_footage` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `too_many` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_clip: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: number;
                clip: number;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description It is not locked any more */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `no_such_device`, `no_such_channel`, `no_such_clip` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_recorded_days: {
        parameters: {
            query: {
                /** @description The first, such as `2026-11-01`. */
                from: string;
                /** @description Whose clocks say when a day begins, such as `Europe/Berlin`; default UTC. */
                time_zone?: string;
                /** @description The last; at most 400 days. */
                to: string;
            };
            header?: never;
            path: {
                channel: number;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description In order */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DaysAnswer"];
                };
            };
            /** @description `no_such_device`, `no_such_channel` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    export_recording: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: number;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RangeAsked"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description It is being made, or made already */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportAnswer"];
                };
            };
            /** @description `no_such_device`, `no_such_channel`, `no_footage` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `busy` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_export: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: number;
                export: string;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description How it stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportAnswer"];
                };
            };
            /** @description `no_such_device`, `no_such_channel`, `no_such_export`, `no_footage` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `busy` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_recorded_frame: {
        parameters: {
            query: {
                /** @description In RFC 3339. */
                at: string;
            };
            header?: never;
            path: {
                channel: number;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The picture */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "video/mp4": number[];
                };
            };
            /** @description `no_such_device`, `no_such_channel`, `no_footage` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `busy` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    play_recording: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: number;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RangeAsked"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Where to play it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlaylistAnswer"];
                };
            };
            /** @description `no_such_device`, `no_such_channel`, `no_footage` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_recording_shares: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: number;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordingShareList"];
                };
            };
            /** @description `no_such_device`, `no_such_channel` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    share_recording: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: number;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRecordingShare"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The link */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordingShare"];
                };
            };
            /** @description `no_such_device`, `no_such_channel`, `no_footage` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `too_many` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_recording_share: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: number;
                login_code: string;
                share: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description It shows nothing any more */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `no_such_device`, `no_such_channel`, `no_such_share` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_timeline: {
        parameters: {
            query: {
                /** @description From when, in RFC 3339. */
                from: string;
                /** @description Gaps shorter than this are not told apart from what is beside them. */
                resolution_ms?: number;
                /** @description Until when, in RFC 3339; at most 400 days later. */
                to: string;
            };
            header?: never;
            path: {
                channel: number;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Every moment */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TimelineAnswer"];
                };
            };
            /** @description `no_such_device`, `no_such_channel` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    take_snapshot: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: number;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The picture */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Snapshot"];
                };
            };
            /** @description `no_such_device`, `no_such_channel` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline`, `device_disconnected` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_refused`, `not_supported` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_busy` */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_picture`: the device says that it took one, but none came */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_timeout` */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_commands: {
        parameters: {
            query?: {
                /** @description Older than the one of this number only: `next` of the part before. */
                before?: number;
                /** @description 1 to 500; default 50. */
                limit?: number;
                /** @description Of this method of the protocol only. */
                method?: string;
            };
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Commands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandList"];
                };
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_config: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description As the device has it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceConfig"];
                };
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline`, `device_disconnected` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `not_supported`, `device_refused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_timeout` */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    change_config: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        /** @description A part of the document, with the keys that the device uses */
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description As the device has it now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceConfig"];
                };
            };
            /** @description `bad_config`, with `field` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline`, `device_disconnected` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `not_supported`, `device_refused`, with `field` where that is known */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_timeout` */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_disk: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description As the device says it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DiskInfo"];
                };
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline`, `device_disconnected` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `not_supported`, `device_refused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_timeout` */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    format_disk: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Confirmation"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description It formats */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description `confirmation_needed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline`, `device_disconnected` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `not_supported`, `device_refused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_timeout` */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_device_events: {
        parameters: {
            query?: {
                /** @description Older than the event of this number only. */
                before?: number;
                /** @description Of this kind only. */
                kind?: components["schemas"]["DeviceEventKind"];
                /** @description 1 to 500; default 50. */
                limit?: number;
            };
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceEventList"];
                };
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    factory_reset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Confirmation"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description It is reset, and restarts */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description `confirmation_needed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline`, `device_disconnected` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `not_supported`, `device_refused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_timeout` */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_device_info: {
        parameters: {
            query?: {
                /** @description Ask the device again, if it is connected, though it is known what it said. */
                refresh?: boolean;
            };
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description As far as it is known */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceInfo"];
                };
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `not_supported`, `device_refused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_timeout` */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_device_logs: {
        parameters: {
            query?: {
                /** @description Older than the one of this number only: `next` of the part before. */
                before?: number;
                /** @description 1 to 500; default 50. */
                limit?: number;
            };
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Logs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceLogList"];
                };
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    request_logs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LogWanted"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The device knows */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceLog"];
                };
            };
            /** @description `bad_request`: no times, or a year apart */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline`, `device_disconnected` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_refused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_timeout` */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_device_log: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                log: number;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The log */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceLog"];
                };
            };
            /** @description `no_such_device`, `no_such_log` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_device_log: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                log: number;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Forgotten */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `no_such_device`, `no_such_log` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_device_log_text: {
        parameters: {
            query?: {
                /** @description To be saved rather than shown. */
                download?: boolean;
            };
            header?: never;
            path: {
                log: number;
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The log */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description `no_such_device`, `no_such_log` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `not_there`: it has not come; `not_text`: it can only be saved */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    new_password: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPassword"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The new password */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasswordAnswer"];
                };
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `stocked_password`: it is the platform's */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_presence: {
        parameters: {
            query?: {
                /** @description Older than the one of this number only: `next` of the part before. */
                before?: number;
                /** @description 1 to 500; default 50. */
                limit?: number;
            };
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description How it came and went */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PresenceList"];
                };
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    watch_protocol: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A WebSocket */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `no_websocket` */
            426: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `too_many_readers` */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    reboot_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reboot"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description On its way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description `confirmation_needed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_busy` */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_recording: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The channels */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordingList"];
                };
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    release_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Release"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Released */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline`, `no_tenant` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_refused`: it did not reset itself */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_timeout` */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    reschedule_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description On its way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_busy` */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    call_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RpcRequest"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description What the device answered */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RpcAnswer"];
                };
            };
            /** @description The event is on its way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unknown_method`, `bad_params` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_timeout` */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_snapshots: {
        parameters: {
            query?: {
                /** @description Older than the one of this number only: `next` of the part before. */
                before?: number;
                /** @description Of this channel only. */
                channel?: number;
                /** @description 1 to 500; default 50. */
                limit?: number;
            };
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Pictures */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SnapshotList"];
                };
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_snapshot: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_code: string;
                snapshot: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Forgotten */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `no_such_device`, `no_such_snapshot` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_snapshot_image: {
        parameters: {
            query?: {
                /** @description To be saved rather than shown. */
                download?: boolean;
            };
            header?: never;
            path: {
                login_code: string;
                snapshot: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The picture */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": number[];
                };
            };
            /** @description `no_such_device`, `no_such_snapshot` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    assign_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Assignment"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The device as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description `forbidden`, `too_many_devices` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_device`, `no_such_tenant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_held` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_device_time: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description What it shows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceTime"];
                };
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline`, `device_disconnected` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `not_supported`, `device_refused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_timeout` */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    sync_device_time: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TimeToSet"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description What it shows now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceTime"];
                };
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline`, `device_disconnected` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `not_supported`, `device_refused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_timeout` */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_upgrade: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The upgrade */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upgrade"];
                };
            };
            /** @description `no_such_device`, `no_such_upgrade` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    upgrade_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpgradeWanted"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The device was told */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upgrade"];
                };
            };
            /** @description `bad_request`: neither or both, no address, no version */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_device`, `no_such_firmware` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `device_offline`, `upgrade_running`, `wrong_model` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_upgrades: {
        parameters: {
            query?: {
                /** @description Older than the one of this number only: `next` of the part before. */
                before?: number;
                /** @description 1 to 500; default 50. */
                limit?: number;
            };
            header?: never;
            path: {
                login_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Upgrades */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpgradeList"];
                };
            };
            /** @description `no_such_device` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    import_devices: {
        parameters: {
            query?: {
                /** @description To this tenant; left out: to the platform's stock. */
                tenant?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example code,password,model,name
                 *     1000000000000001,correct-horse-battery,X1,Gate
                 */
                "text/csv": string;
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Added, all of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Imported"];
                };
            };
            /** @description `bad_csv`: none is added; `lines` says what is wrong with which, the first hundred */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_tenant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    events: {
        parameters: {
            query?: {
                /** @description The id of the last event that was read, for who cannot send `Last-Event-ID`. */
                after?: string;
            };
            header?: {
                /** @description Where to go on after a break */
                "Last-Event-ID"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A WebSocket, as was asked for */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A stream of events that does not end */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description `too_many_readers` */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_firmware: {
        parameters: {
            query?: {
                /** @description For devices of this model only. */
                hardware_model?: string;
                /** @description Of this tenant, and of the platform, only. */
                tenant?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Images */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FirmwareList"];
                };
            };
            /** @description `forbidden`: the caller may configure nothing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    upload_firmware: {
        parameters: {
            query: {
                /** @description What they will say of themselves. */
                firmware_model: string;
                /** @description The devices it is for. */
                hardware_model: string;
                /** @description For people. */
                notes?: string;
                /** @description Whose it becomes; left out: the platform's, for all. */
                tenant?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": number[];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Kept */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Firmware"];
                };
            };
            /** @description `bad_model`, `bad_notes` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `forbidden`, `too_much_firmware` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_tenant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `firmware_exists` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `bad_content`: there is nothing in it */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_firmware: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                firmware: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `no_such_firmware` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    change_firmware: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                firmware: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FirmwareChange"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The image as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Firmware"];
                };
            };
            /** @description `bad_notes` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_firmware` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    accept_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AcceptRequest"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Accepted and logged in */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginAnswer"];
                };
            };
            /** @description `weak_password`, `bad_username` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `bad_link` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `username_taken` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `too_many_attempts`, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    look_at_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvitationToken"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The invitation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationLook"];
                };
            };
            /** @description `bad_link` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `too_many_attempts`, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginRequest"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Logged in */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginAnswer"];
                };
            };
            /** @description `bad_credentials`, `code_required`, `bad_code` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `too_many_attempts`, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Logged out */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description `unauthorized` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    join: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvitationToken"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Joined */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description `bad_link` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `already_member` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `too_many_attempts`, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    change_my_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Changed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `weak_password` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `wrong_password`, `not_for_keys` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `too_many_attempts`, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    new_recovery_codes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BothFactors"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The codes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            /** @description `bad_code` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `wrong_password`, `not_for_keys` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `totp_off` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `too_many_attempts`, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_my_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The sessions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MySessions"];
                };
            };
        };
    };
    end_my_other_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    end_my_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its number */
                session: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `no_such_session` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    begin_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordAgain"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The secret */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TotpSecret"];
                };
            };
            /** @description `wrong_password`, `not_for_keys` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `totp_on` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `too_many_attempts`, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    confirm_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TotpCode"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description It is on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            /** @description `bad_code` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `totp_on`, `totp_not_begun` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `too_many_attempts`, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    disable_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BothFactors"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description It is off */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_code` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `wrong_password`, `not_for_keys` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `totp_off` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `too_many_attempts`, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    reset_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordReset"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Set */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `weak_password` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `bad_link` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `too_many_attempts`, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_protocol_methods: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProtocolMethods"];
                };
            };
        };
    };
    get_recording_storage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description How it stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordingStorage"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    setup_needed: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Whether it is needed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Setup"];
                };
            };
        };
    };
    set_up: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetupRequest"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Made and logged in */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginAnswer"];
                };
            };
            /** @description `weak_password`, `bad_username`, `bad_name` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `bad_setup_code` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `already_set_up` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `too_many_attempts`, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    open_recording_share: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description What it shows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SharedFootage"];
                };
            };
            /** @description `forbidden`: who made it may not see the footage any more */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_share` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    export_recording_share: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description How it stands */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportAnswer"];
                };
            };
            /** @description `forbidden`: who made it may not see the footage any more */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_share` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `busy` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_streams: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StreamList"];
                };
            };
        };
    };
    list_tenants: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Tenants */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantList"];
                };
            };
        };
    };
    create_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TenantNaming"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedTenant"];
                };
            };
            /** @description `bad_name` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `forbidden`, `too_many_tenants` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `tenant_exists` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The tenant */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            /** @description `no_such_tenant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `no_such_tenant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `tenant_not_empty` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    rename_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TenantNaming"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The tenant as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            /** @description `bad_name` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_tenant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `tenant_exists` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_binds: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BindList"];
                };
            };
            /** @description `no_such_tenant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_bind: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewBind"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedBind"];
                };
            };
            /** @description `bad_request`, `bad_name` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_tenant`, `no_such_group` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `too_many_binds` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_bind: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                bind: number;
                tenant: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description How it stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bind"];
                };
            };
            /** @description `no_such_tenant`, `no_such_bind` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_bind: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                bind: number;
                tenant: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Taken back */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `no_such_tenant`, `no_such_bind` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_groups: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Groups */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GroupList"];
                };
            };
            /** @description `no_such_tenant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_group: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewGroup"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Group"];
                };
            };
            /** @description `bad_name` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `forbidden`, `too_many_groups` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_tenant`, `no_such_group` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `group_exists`, `too_deep` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_group: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group: number;
                tenant: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_tenant`, `no_such_group` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `group_not_empty` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    change_group: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group: number;
                tenant: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GroupChange"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The group as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Group"];
                };
            };
            /** @description `bad_name` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_tenant`, `no_such_group` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `group_exists`, `within_itself`, `too_deep` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_invitations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The invitations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationList"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_tenant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    invite: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewInvitation"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationLink"];
                };
            };
            /** @description `bad_grant`, `bad_note` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `forbidden`, `not_for_keys`, `too_much`, `too_many_invitations` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_tenant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    withdraw_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                invitation: number;
                tenant: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Taken back */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_tenant`, `no_such_invitation` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_keys: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's number */
                tenant: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeys"];
                };
            };
            /** @description `no_such_tenant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's number */
                tenant: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyRequest"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FreshApiKey"];
                };
            };
            /** @description `bad_name`, `bad_scopes`, `bad_expiry` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `not_for_keys`, `too_much`, `too_many_keys` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_tenant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key's number */
                key: number;
                /** @description The tenant's number */
                tenant: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `no_such_tenant`, `no_such_key` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_members: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Members */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberList"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_tenant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    remove_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: number;
                user: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description No member any more */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `forbidden`, `too_much` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_tenant`, `no_such_member` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `last_owner` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    change_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: number;
                user: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangedMember"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The member as he is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description `bad_grant` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `forbidden`, `too_much` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_tenant`, `no_such_member` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `last_owner` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    member_reset_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's number */
                tenant: number;
                /** @description The user's number */
                user: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResetLink"];
                };
            };
            /** @description `not_yours`, `forbidden`, `not_for_keys` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_tenant`, `no_such_member` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    invite_owner: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant's number */
                tenant: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnerLink"];
                };
            };
            /** @description `forbidden`, `not_for_keys`, `too_many_invitations` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_tenant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `tenant_has_owner` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_sounds: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Sounds */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SoundList"];
                };
            };
            /** @description `no_such_tenant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    upload_sound: {
        parameters: {
            query: {
                /** @description 1 to 100 characters. */
                name: string;
            };
            header?: never;
            path: {
                tenant: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": number[];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Kept */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sound"];
                };
            };
            /** @description `bad_name` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `forbidden`, `too_many_sounds` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_tenant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `bad_content` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_sound: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sound: number;
                tenant: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `no_such_tenant`, `no_such_sound` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    allow_support: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SupportSpan"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The tenant as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            /** @description `no_such_tenant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    end_support: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The tenant as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            /** @description `no_such_tenant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_users: {
        parameters: {
            query?: {
                /** @description From 1, which is the default; of 50 users each. */
                page?: number;
                /** @description Part of the name. */
                query?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserPage"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_user` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `last_platform_admin`, `last_owner` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    change_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserChange"];
            };
        };
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The user as he is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_user` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `last_platform_admin` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    user_reset_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The user's number */
                user: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResetLink"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_user` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    end_user_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Logged out */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `no_such_user` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
}
