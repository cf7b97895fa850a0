import { ActionIcon, UnstyledButton } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Group } from '../api/types';
import classes from './GroupTree.module.css';
import { forestOf, type GroupNode } from './tree';

interface Props {
  groups: Group[];
  /** Nothing: all devices. */
  chosen: number | undefined;
  onChoose: (group: number | undefined) => void;
}

/** The groups beside the list of devices: choosing one shows its devices with those of the groups below it. */
export function GroupTree({ groups, chosen, onChoose }: Props) {
  const { t, i18n } = useTranslation();
  const forest = forestOf(groups, i18n.language);
  return (
    <nav aria-label={t('groups.title')} data-testid="group-tree">
      <ul className={classes.list}>
        <li>
          <UnstyledButton
            className={classes.all}
            aria-current={chosen === undefined ? 'true' : undefined}
            onClick={() => {
              onChoose(undefined);
            }}
          >
            {t('groups.all')}
          </UnstyledButton>
        </li>
        {forest.map((node) => (
          <Branch key={node.group.id} node={node} chosen={chosen} onChoose={onChoose} />
        ))}
      </ul>
    </nav>
  );
}

interface BranchProps extends Omit<Props, 'groups'> {
  node: GroupNode;
}

function Branch({ node, chosen, onChoose }: BranchProps) {
  const { t } = useTranslation();
  const { group, children, depth } = node;
  // The first two levels lie open: with them, most trees are seen whole.
  const [opened, setOpened] = useState(depth < 1);
  const shown = opened || (chosen !== undefined && holds(children, chosen));
  return (
    <li>
      <div className={classes.row} style={{ paddingInlineStart: `${depth * 0.875}rem` }}>
        {children.length > 0 ? (
          <ActionIcon
            variant="transparent"
            color="gray"
            size={24}
            aria-label={t(shown ? 'groups.fold' : 'groups.unfold', { name: group.name })}
            aria-expanded={shown}
            onClick={() => {
              setOpened(!shown);
            }}
          >
            <IconChevronRight size={15} className={classes.chevron} data-open={shown || undefined} />
          </ActionIcon>
        ) : (
          <span className={classes.leaf} aria-hidden="true" />
        )}
        <UnstyledButton
          className={classes.name}
          aria-current={chosen === group.id ? 'true' : undefined}
          data-testid="group"
          onClick={() => {
            onChoose(group.id);
          }}
        >
          <span className={classes.text}>{group.name}</span>
          <span className={classes.count}>{node.devices}</span>
        </UnstyledButton>
      </div>
      {shown && children.length > 0 && (
        <ul className={classes.list}>
          {children.map((child) => (
            <Branch key={child.group.id} node={child} chosen={chosen} onChoose={onChoose} />
          ))}
        </ul>
      )}
    </li>
  );
}

function holds(nodes: GroupNode[], id: number): boolean {
  return nodes.some((node) => node.group.id === id || holds(node.children, id));
}
