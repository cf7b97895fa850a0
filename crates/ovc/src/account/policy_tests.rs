//! Who may do what, as a table, and what must hold for everybody.

use super::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

const OURS: TenantId = TenantId(1);
const THEIRS: TenantId = TenantId(2);
/// A group at the top, one below it, and one beside it.
const SITE: GroupId = GroupId(10);
const FLOOR: GroupId = GroupId(11);
const OTHER: GroupId = GroupId(12);

fn code(text: &str) -> LoginCode {
    LoginCode::parse(text).unwrap()
}

/// `VLRCGAPTX`: View, SeeLive, SeeRecordings, Control, confiGure, callAny, managePeople, manageTenant, runPlatform (X).
fn parse(letters: &str) -> Permissions {
    let permission = |letter| Permission::ALL["VLRCGAPTX".find(letter).unwrap()];
    letters
        .chars()
        .filter(|letter| *letter != '-')
        .map(permission)
        .collect()
}

fn somebody(memberships: Vec<Membership>) -> Caller {
    Caller {
        principal: Principal::User(UserId(1)),
        name: "somebody".into(),
        platform_admin: false,
        memberships,
    }
}

fn member(role: Role) -> Caller {
    somebody(vec![Membership {
        tenant: OURS,
        role: Some(role),
        everywhere: role.permissions(),
        grants: Vec::new(),
    }])
}

/// A member whose role holds nowhere, with one grant.
fn granted(on: GrantTarget, letters: &str) -> Caller {
    let grant = Grant {
        on,
        permissions: parse(letters),
        recordings: TimeWindow::default(),
    };
    somebody(vec![Membership {
        tenant: OURS,
        role: Some(Role::Viewer),
        everywhere: Permissions::default(),
        grants: vec![grant],
    }])
}

fn key(letters: &str) -> Caller {
    Caller {
        principal: Principal::Key(KeyId(1)),
        ..somebody(vec![Membership {
            tenant: OURS,
            role: None,
            everywhere: parse(letters),
            grants: Vec::new(),
        }])
    }
}

fn platform(mut caller: Caller) -> Caller {
    caller.platform_admin = true;
    caller
}

fn place(device: &str, tenant: Option<TenantId>, groups: &[GroupId], support: bool) -> DevicePlace {
    DevicePlace {
        code: code(device),
        tenant,
        groups: groups.to_vec(),
        support,
    }
}

/// What a caller may do with everything of one column. `?`: nothing, and he is not to learn whether it is there; `-`:
/// nothing, though he knows of it. With letters: those, and all others are forbidden to his face.
fn cell(caller: &Caller, which: Resource<'_>) -> String {
    let mut letters = String::new();
    let mut refusals = Vec::new();
    for (permission, letter) in Permission::ALL.into_iter().zip("VLRCGAPTX".chars()) {
        match decide(caller, permission, which) {
            Decision::Allow => letters.push(letter),
            refusal => refusals.push(refusal),
        }
    }
    let kind = refusals.first().copied();
    assert!(refusals.iter().all(|refusal| Some(*refusal) == kind), "one sort of no");
    assert_eq!(
        parse(&letters),
        permissions(caller, which),
        "the console is told the same"
    );
    match kind {
        // Allowed something, and yet not to learn that it is there: a key without View.
        Some(Decision::Hide) => letters.push('?'),
        Some(_) if letters.is_empty() => letters.push('-'),
        _ => {}
    }
    letters
}

#[test]
fn everybody_may_do_what_the_table_says_and_nothing_else() {
    let of_group = |letters| granted(GrantTarget::Group(SITE), letters);
    let of_device = |letters| granted(GrantTarget::Device(code("cam")), letters);
    let of_channel = |letters| granted(GrantTarget::Channel(code("cam"), ChannelId(1)), letters);
    let who: Vec<(&str, Caller)> = vec![
        ("owner", member(Role::Owner)),
        ("admin", member(Role::Admin)),
        ("operator", member(Role::Operator)),
        ("viewer", member(Role::Viewer)),
        ("grant on site: live", of_group("L")),
        ("grant on site: all", of_group("VLRCGAP")),
        ("grant on device: recordings", of_device("R")),
        ("grant on device: configure", of_device("G")),
        ("grant on channel: live, control", of_channel("LC")),
        ("grant of nothing on channel", of_channel("")),
        ("nobody's member", somebody(Vec::new())),
        ("platform", platform(somebody(Vec::new()))),
        ("platform and viewer", platform(member(Role::Viewer))),
        ("platform and owner", platform(member(Role::Owner))),
        ("key: view", key("V")),
        ("key: view, live", key("VL")),
        ("key: live without view", key("L")),
        ("key: all it may be given", key("VLRCGAP")),
    ];
    // `cam` has its place on the floor of the site, `door` beside it, `lone` in no group; `new` is nobody's. The columns
    // called support: while the tenant lets platform administrators in.
    let cam = place("cam", Some(OURS), &[FLOOR, SITE], false);
    let door = place("door", Some(OURS), &[OTHER], false);
    let lone = place("lone", Some(OURS), &[], true);
    let foreign = place("far", Some(THEIRS), &[GroupId(20)], false);
    let stock = place("new", None, &[], false);
    let tenant = |tenant, support| Resource::Tenant { tenant, support };
    let floor = Resource::Group {
        tenant: OURS,
        path: &[FLOOR, SITE],
        support: false,
    };
    let columns: [Resource<'_>; 12] = [
        Resource::Platform,
        tenant(OURS, false),
        tenant(OURS, true),
        tenant(THEIRS, false),
        floor,
        Resource::Device(&cam),
        Resource::Channel(&cam, ChannelId(1)),
        Resource::Channel(&cam, ChannelId(2)),
        Resource::Device(&door),
        Resource::Device(&lone),
        Resource::Device(&foreign),
        Resource::Device(&stock),
    ];
    #[rustfmt::skip]
    let table = "
                                    | cloud     | tenant   | support  | theirs | floor   | cam     | cam/1   | cam/2   | door     | support  | far    | stock
    owner                           | -         | VLRCGAPT | VLRCGAPT | ?      | VLRCGAPT| VLRCGAPT| VLRCGAPT| VLRCGAPT| VLRCGAPT | VLRCGAPT | ?      | ?
    admin                           | -         | VLRCGAP  | VLRCGAP  | ?      | VLRCGAP | VLRCGAP | VLRCGAP | VLRCGAP | VLRCGAP  | VLRCGAP  | ?      | ?
    operator                        | -         | VLRC     | VLRC     | ?      | VLRC    | VLRC    | VLRC    | VLRC    | VLRC     | VLRC     | ?      | ?
    viewer                          | -         | VLR      | VLR      | ?      | VLR     | VLR     | VLR     | VLR     | VLR      | VLR      | ?      | ?
    grant on site: live             | -         | -        | -        | ?      | VL      | VL      | VL      | VL      | ?        | ?        | ?      | ?
    grant on site: all              | -         | -        | -        | ?      | VLRCGAP | VLRCGAP | VLRCGAP | VLRCGAP | ?        | ?        | ?      | ?
    grant on device: recordings     | -         | -        | -        | ?      | ?       | VR      | VR      | VR      | ?        | ?        | ?      | ?
    grant on device: configure      | -         | -        | -        | ?      | ?       | VG      | VG      | VG      | ?        | ?        | ?      | ?
    grant on channel: live, control | -         | -        | -        | ?      | ?       | V       | VLC     | ?       | ?        | ?        | ?      | ?
    grant of nothing on channel     | -         | -        | -        | ?      | ?       | V       | V       | ?       | ?        | ?        | ?      | ?
    nobody's member                 | -         | ?        | ?        | ?      | ?       | ?       | ?       | ?       | ?        | ?        | ?      | ?
    platform                        | VLRCGAPTX | VG       | VLRCGA   | VG     | VG      | VG      | VG      | VG      | VG       | VLRCGA   | VG     | VG
    platform and viewer             | VLRCGAPTX | VLRG     | VLRCGA   | VG     | VLRG    | VLRG    | VLRG    | VLRG    | VLRG     | VLRCGA   | VG     | VG
    platform and owner              | VLRCGAPTX | VLRCGAPT | VLRCGAPT | VG     | VLRCGAPT| VLRCGAPT| VLRCGAPT| VLRCGAPT| VLRCGAPT | VLRCGAPT | VG     | VG
    key: view                       | -         | V        | V        | ?      | V       | V       | V       | V       | V        | V        | ?      | ?
    key: view, live                 | -         | VL       | VL       | ?      | VL      | VL      | VL      | VL      | VL       | VL       | ?      | ?
    key: live without view          | -         | L        | L        | ?      | L?      | L?      | L?      | L?      | L?       | L?       | ?      | ?
    key: all it may be given        | -         | VLRCGAP  | VLRCGAP  | ?      | VLRCGAP | VLRCGAP | VLRCGAP | VLRCGAP | VLRCGAP  | VLRCGAP  | ?      | ?
    ";
    let mut rows = table.trim().lines().skip(1);
    for (name, caller) in &who {
        let row = rows.next().expect("a row for each caller");
        let mut cells = row.split('|').map(str::trim);
        assert_eq!(cells.next(), Some(*name));
        let expected: Vec<_> = cells.collect();
        let found: Vec<_> = columns.iter().map(|which| cell(caller, *which)).collect();
        assert_eq!(found, expected, "{name}");
    }
    assert_eq!(rows.next(), None, "a caller for each row");
}

#[test]
fn recordings_are_seen_for_the_time_of_the_grant_only() {
    let cam = place("cam", Some(OURS), &[FLOOR, SITE], false);
    let window = |from_ms, to_ms| TimeWindow { from_ms, to_ms };
    let with_window = |recordings| {
        let mut caller = granted(GrantTarget::Group(SITE), "R");
        caller.memberships[0].grants[0].recordings = recordings;
        caller
    };
    let (any, day) = (TimeWindow::default(), window(Some(100), Some(200)));
    // the grant's window, what is asked for, whether it is seen
    let table = [
        (any, any, true),
        (any, day, true),
        (day, day, true),
        (day, window(Some(120), Some(130)), true),
        (day, any, false),
        (day, window(Some(99), Some(150)), false),
        (day, window(Some(150), Some(201)), false),
        (day, window(Some(150), None), false),
        (day, window(None, Some(150)), false),
        (window(Some(100), None), window(Some(100), None), true),
        (window(Some(100), None), window(None, None), false),
        (window(None, Some(200)), window(None, Some(200)), true),
        (window(None, Some(200)), window(Some(300), Some(400)), false),
    ];
    for (granted, asked, seen) in table {
        let caller = with_window(granted);
        let which = Resource::Recording(&cam, ChannelId(1), asked);
        let decision = decide(&caller, Permission::SeeRecordings, which);
        assert_eq!(decision == Decision::Allow, seen, "{granted:?} {asked:?}");
    }
    // A window bounds nobody whose role holds everywhere, and opens nothing that is not granted.
    let old = Resource::Recording(&cam, ChannelId(1), window(Some(0), Some(1)));
    assert_eq!(
        decide(&member(Role::Viewer), Permission::SeeRecordings, old),
        Decision::Allow
    );
    assert_ne!(decide(&with_window(any), Permission::SeeLive, old), Decision::Allow);
    let platform = platform(somebody(Vec::new()));
    assert_eq!(decide(&platform, Permission::SeeRecordings, old), Decision::Forbid);
}

#[test]
fn only_who_configures_all_of_a_tenant_takes_a_device_away() {
    // who, whether he may, whether he may while the tenant lets platform administrators in
    let table = [
        (member(Role::Owner), true, true),
        (member(Role::Admin), true, true),
        (member(Role::Operator), false, false),
        (granted(GrantTarget::Device(code("cam")), "VG"), false, false),
        (granted(GrantTarget::Group(SITE), "VG"), false, false),
        (key("VG"), true, true),
        (platform(somebody(Vec::new())), false, true),
        (platform(member(Role::Viewer)), false, true),
        (platform(member(Role::Owner)), true, true),
    ];
    for (who, always, with_support) in table {
        assert_eq!(may_take_away(&who, OURS, false), always, "{who:?}");
        assert_eq!(may_take_away(&who, OURS, true), with_support, "{who:?}");
        assert!(!may_take_away(&who, THEIRS, false), "{who:?}");
    }
}

#[test]
fn a_group_of_one_tenant_shows_no_device_of_another() {
    let scope = visible(&granted(GrantTarget::Group(SITE), "V"));
    assert!(scope.contains(&place("cam", Some(OURS), &[FLOOR, SITE], false)));
    assert!(!scope.contains(&place("cam", Some(THEIRS), &[FLOOR, SITE], false)));
}

#[test]
fn nobody_gives_more_than_he_has() {
    let people_only = key("VP");
    // who, the role given, what it brings, whether that is possible
    let table = [
        (member(Role::Owner), Role::Owner, "VLRCGAPT", true),
        (member(Role::Owner), Role::Viewer, "VLR", true),
        (member(Role::Admin), Role::Owner, "VLRCGAPT", false),
        (member(Role::Admin), Role::Admin, "VLRCGAP", true),
        (member(Role::Operator), Role::Viewer, "V", false),
        (member(Role::Viewer), Role::Viewer, "", false),
        (people_only.clone(), Role::Viewer, "V", true),
        (people_only, Role::Viewer, "VL", false),
        (granted(GrantTarget::Group(SITE), "VP"), Role::Viewer, "V", false),
        (platform(somebody(Vec::new())), Role::Viewer, "", false),
    ];
    for (who, role, letters, possible) in table {
        assert_eq!(
            may_give(&who, OURS, role, parse(letters)),
            possible,
            "{who:?} {role:?} {letters}"
        );
        assert!(!may_give(&who, THEIRS, role, parse(letters)));
    }
}

/// A small world: three tenants with two groups each, the second below the first; devices anywhere in it.
fn any_place() -> impl Strategy<Value = DevicePlace> {
    let tenant = option::of(1..=3_i64);
    (select(vec!["a", "b", "c"]), tenant, 0..=2_usize, any::<bool>()).prop_map(|(device, tenant, depth, support)| {
        let groups = match (tenant, depth) {
            (None, _) | (_, 0) => Vec::new(),
            (Some(tenant), 1) => vec![GroupId(tenant * 10)],
            (Some(tenant), _) => vec![GroupId(tenant * 10 + 1), GroupId(tenant * 10)],
        };
        place(device, tenant.map(TenantId), &groups, support)
    })
}

fn any_permissions() -> impl Strategy<Value = Permissions> {
    vec(select(Permission::ALL.to_vec()), 0..5).prop_map(|list| list.into_iter().collect())
}

fn any_membership(tenant: i64) -> impl Strategy<Value = Membership> {
    let on = prop_oneof![
        (0..=1_i64).prop_map(move |group| GrantTarget::Group(GroupId(tenant * 10 + group))),
        select(vec!["a", "b", "c"]).prop_map(|device| GrantTarget::Device(code(device))),
        (select(vec!["a", "b", "c"]), 0..3_u32)
            .prop_map(|(device, channel)| GrantTarget::Channel(code(device), ChannelId(channel))),
    ];
    let grant = (on, any_permissions()).prop_map(|(on, permissions)| Grant {
        on,
        permissions,
        recordings: TimeWindow::default(),
    });
    (any_permissions(), vec(grant, 0..3)).prop_map(move |(everywhere, grants)| Membership {
        tenant: TenantId(tenant),
        role: None,
        everywhere,
        grants,
    })
}

fn any_caller() -> impl Strategy<Value = Caller> {
    let memberships = (
        option::of(any_membership(1)),
        option::of(any_membership(2)),
        option::of(any_membership(3)),
    );
    (memberships, any::<bool>()).prop_map(|((one, two, three), platform_admin)| Caller {
        platform_admin,
        ..somebody([one, two, three].into_iter().flatten().collect())
    })
}

proptest! {
    #[test]
    fn the_channels_of_a_device_are_those_that_may_be_asked_for(
        caller in any_caller(),
        place in any_place(),
        what in select(Permission::ALL.to_vec()),
        channel in (0..4_u32).prop_map(ChannelId),
    ) {
        let allowed = decide(&caller, what, Resource::Channel(&place, channel)) == Decision::Allow;
        let among = channels(&caller, what, &place).is_none_or(|channels| channels.contains(&channel));
        prop_assert_eq!(among, allowed);
    }

    #[test]
    fn recordings_listed_are_those_that_may_be_watched(
        caller in any_caller(),
        place in any_place(),
        channel in (0..3_u32).prop_map(ChannelId),
        at in 0..4_i64,
        bounds in vec((option::of(0..4_i64), option::of(0..4_i64)), 3),
    ) {
        let mut caller = caller;
        for membership in &mut caller.memberships {
            for (grant, (from_ms, to_ms)) in membership.grants.iter_mut().zip(&bounds) {
                grant.recordings = TimeWindow { from_ms: *from_ms, to_ms: *to_ms };
            }
        }
        let moment = TimeWindow { from_ms: Some(at), to_ms: Some(at) };
        let which = Resource::Recording(&place, channel, moment);
        let allowed = decide(&caller, Permission::SeeRecordings, which) == Decision::Allow;
        let listed = recordings(&caller, &place)
            .iter()
            .any(|(of, time)| of.is_none_or(|of| of == channel) && time.contains(moment));
        prop_assert_eq!(listed, allowed);
    }

    #[test]
    fn what_happens_on_channels_is_listed_where_the_channel_may_be_seen(
        caller in any_caller(),
        place in any_place(),
        channel in (0..3_u32).prop_map(ChannelId),
    ) {
        let seen = decide(&caller, Permission::View, Resource::Channel(&place, channel)) == Decision::Allow;
        let (scope, channels) = visible_channels(&caller);
        let single = place.tenant.is_some_and(|tenant| channels.contains(&(tenant, place.code.clone(), channel)));
        prop_assert_eq!(scope.contains(&place) || single, seen);
    }

    #[test]
    fn a_list_shows_exactly_what_may_be_seen(caller in any_caller(), place in any_place()) {
        let seen = decide(&caller, Permission::View, Resource::Device(&place)) == Decision::Allow;
        prop_assert_eq!(visible(&caller).contains(&place), seen);
    }

    #[test]
    fn who_may_something_with_a_device_may_see_it_unless_a_key_says_otherwise(
        caller in any_caller(),
        place in any_place(),
    ) {
        let which = Resource::Device(&place);
        let everywhere_sees = caller
            .memberships
            .iter()
            .all(|membership| membership.everywhere.is_empty() || membership.everywhere.contains(Permission::View));
        if everywhere_sees && !permissions(&caller, which).is_empty() {
            prop_assert_eq!(decide(&caller, Permission::View, which), Decision::Allow);
        }
    }

    #[test]
    fn who_may_something_with_a_device_may_it_with_each_channel(
        caller in any_caller(),
        place in any_place(),
        channel in 0..3_u32,
    ) {
        let device = permissions(&caller, Resource::Device(&place));
        let channel = permissions(&caller, Resource::Channel(&place, ChannelId(channel)));
        // All but View: a grant on one channel shows that there is the device, not its other channels.
        let acting = device.difference(Permissions::of(&[Permission::View]));
        prop_assert!(acting.difference(channel).is_empty(), "{acting:?} {channel:?}");
    }

    #[test]
    fn a_tenants_pictures_are_for_its_members_and_whom_it_lets_in(caller in any_caller(), place in any_place()) {
        let of_tenant = |tenant| caller.memberships.iter().any(|membership| membership.tenant == tenant);
        let let_in = |tenant| of_tenant(tenant) || (caller.platform_admin && place.support);
        if !place.tenant.is_some_and(let_in) {
            let allowed = permissions(&caller, Resource::Channel(&place, ChannelId(0)));
            let harmless = if caller.platform_admin { parse("VG") } else { Permissions::default() };
            prop_assert_eq!(allowed, harmless);
        }
    }
}
