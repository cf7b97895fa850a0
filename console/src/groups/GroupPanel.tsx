import { ActionIcon, Text } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { may } from '../api/currentTenant';
import { useGroups } from '../api/groups';
import type { TenantInView } from '../devices/useTenantInView';
import classes from './GroupPanel.module.css';
import { GroupSelect } from './GroupSelect';
import { GroupTree } from './GroupTree';

interface Props {
  tenant: TenantInView;
  chosen: number | undefined;
  onChoose: (group: number | undefined) => void;
}

/** The choice of a group: a tree beside the list, on narrow screens a field above it. Nothing where there are no groups. */
export function GroupPanel({ tenant, chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const groups = useGroups(tenant.id).data?.items ?? [];
  if (tenant.id === undefined || groups.length === 0) return null;
  return (
    <aside className={classes.frame}>
      <div className={classes.narrow}>
        <GroupSelect
          tenant={tenant.id}
          aria-label={t('groups.choose')}
          placeholder={t('groups.all')}
          data-testid="group-filter"
          value={chosen}
          onChange={onChoose}
        />
      </div>
      <div className={classes.wide}>
        <div className={classes.head}>
          <Text size="xs" fw={500} c="dimmed">
            {t('groups.title')}
          </Text>
          {!tenant.foreign && may('configure', tenant) && (
            <ActionIcon
              component={Link}
              to={`/organisations/${tenant.id}/groups`}
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={t('groups.edit')}
              title={t('groups.edit')}
            >
              <IconPencil size={14} />
            </ActionIcon>
          )}
        </div>
        <GroupTree groups={groups} chosen={chosen} onChoose={onChoose} />
      </div>
    </aside>
  );
}
