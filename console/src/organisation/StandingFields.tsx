import { Radio, SegmentedControl, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { may } from '../api/currentTenant';
import type { Standing } from '../api/people';
import type { MyTenant } from '../api/types';
import { GrantsEditor } from './GrantsEditor';
import { reachesAll, ROLES } from './standing';

interface Props {
  organisation: MyTenant;
  value: Standing;
  onChange: (standing: Standing) => void;
}

/** Which role somebody has, and where. */
export function StandingFields({ organisation, value, onChange }: Props) {
  const { t } = useTranslation();
  // Only owners make owners.
  const roles = ROLES.filter((role) => role !== 'owner' || may('manage_tenant', organisation));
  return (
    <Stack>
      <div>
        <Text size="sm" fw={500} mb={4} id="role-label">
          {t('people.role')}
        </Text>
        <SegmentedControl
          fullWidth
          aria-labelledby="role-label"
          data-testid="role"
          value={value.role}
          onChange={(role) => {
            onChange({ ...value, role });
          }}
          data={roles.map((role) => ({ value: role, label: t(`roles.${role}`) }))}
        />
        <Text size="xs" c="dimmed" mt={6}>
          {t(`roleText.${value.role}`)}
        </Text>
      </div>
      {!reachesAll(value.role) && (
        <>
          <Radio.Group
            label={t('people.reach')}
            value={value.everywhere ? 'all' : 'parts'}
            onChange={(reach) => {
              onChange({ ...value, everywhere: reach === 'all' });
            }}
          >
            <Stack gap={8} mt={6}>
              <Radio value="all" label={t('people.reachAll')} data-testid="reach-all" />
              <Radio value="parts" label={t('people.reachParts')} data-testid="reach-parts" />
            </Stack>
          </Radio.Group>
          {!value.everywhere && (
            <GrantsEditor
              tenant={organisation.id}
              role={value.role}
              value={value.grants}
              onChange={(grants) => {
                onChange({ ...value, grants });
              }}
            />
          )}
        </>
      )}
    </Stack>
  );
}
