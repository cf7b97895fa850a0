import { SegmentedControl, Slider, Text } from '@mantine/core';
import {
  IconArrowDown,
  IconArrowDownLeft,
  IconArrowDownRight,
  IconArrowLeft,
  IconArrowRight,
  IconArrowUp,
  IconArrowUpLeft,
  IconArrowUpRight,
  IconMinus,
  IconPlus,
} from '@tabler/icons-react';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type { Move } from './direction';
import { HoldButton } from './HoldButton';
import { PtzPad } from './PtzPad';
import classes from './PtzPanel.module.css';
import { type Ptz, STEP_SIZES, type StepSize } from './usePtz';

/** Stick, zoom, speed and single steps, beside the picture. */
export function PtzPanel({ ptz, disabled }: { ptz: Ptz; disabled: boolean }) {
  const { t } = useTranslation();
  return (
    <section className={classes.panel} aria-label={t('ptz.steer')}>
      <div className={classes.stick}>
        <PtzPad ptz={ptz} disabled={disabled} />
        <div className={classes.zoom} role="group" aria-label={t('ptz.zoom')}>
          <HoldButton
            ptz={ptz}
            move="zoomin"
            label={t('ptz.moves.zoomin')}
            className={classes.zoomButton}
            disabled={disabled}
          >
            <IconPlus size={20} />
          </HoldButton>
          <span className={classes.zoomLabel} aria-hidden="true">
            {t('ptz.zoom')}
          </span>
          <HoldButton
            ptz={ptz}
            move="zoomout"
            label={t('ptz.moves.zoomout')}
            className={classes.zoomButton}
            disabled={disabled}
          >
            <IconMinus size={20} />
          </HoldButton>
        </div>
      </div>
      <div>
        <div className={classes.row}>
          <Text component="span" size="sm" fw={550} id="ptz-speed">
            {t('ptz.speed')}
          </Text>
          <Text component="span" size="sm" c="dimmed" className="numbers">
            {ptz.speed}
          </Text>
        </div>
        <Slider
          mt={6}
          min={1}
          max={100}
          label={null}
          value={ptz.speed}
          onChange={ptz.setSpeed}
          disabled={disabled}
          thumbLabel={t('ptz.speed')}
          data-testid="ptz-speed"
        />
      </div>
      <Steps ptz={ptz} disabled={disabled} />
      <Text size="xs" c="dimmed" visibleFrom="sm">
        {t('ptz.keys')}
      </Text>
    </section>
  );
}

const STEPS: [Move, typeof IconArrowUp][] = [
  ['upleft', IconArrowUpLeft],
  ['up', IconArrowUp],
  ['upright', IconArrowUpRight],
  ['left', IconArrowLeft],
  ['right', IconArrowRight],
  ['downleft', IconArrowDownLeft],
  ['down', IconArrowDown],
  ['downright', IconArrowDownRight],
];

function Steps({ ptz, disabled }: { ptz: Ptz; disabled: boolean }) {
  const { t } = useTranslation();
  const button = (move: Move, Icon: typeof IconArrowUp) => (
    <button
      type="button"
      className={classes.step}
      aria-label={t('ptz.oneStep', { move: t(`ptz.moves.${move}`) })}
      title={t(`ptz.moves.${move}`)}
      disabled={disabled}
      data-testid={`ptz-step-${move}`}
      onClick={() => {
        ptz.step(move);
      }}
    >
      <Icon size={17} />
    </button>
  );
  return (
    <div>
      <div className={classes.row}>
        <Text component="span" size="sm" fw={550}>
          {t('ptz.steps')}
        </Text>
        <SegmentedControl
          size="xs"
          aria-label={t('ptz.stepSize')}
          value={ptz.stepSize}
          onChange={(size) => {
            ptz.setStepSize(size);
          }}
          data={(Object.keys(STEP_SIZES) as StepSize[]).map((size) => ({ value: size, label: t(`ptz.sizes.${size}`) }))}
        />
      </div>
      <div className={classes.steps}>
        <div className={classes.compass}>
          {STEPS.map(([move, Icon], index) => (
            <Fragment key={move}>
              {index === 4 && <span aria-hidden="true" />}
              {button(move, Icon)}
            </Fragment>
          ))}
        </div>
        <div className={classes.zoomSteps}>
          {button('zoomin', IconPlus)}
          {button('zoomout', IconMinus)}
        </div>
      </div>
    </div>
  );
}
