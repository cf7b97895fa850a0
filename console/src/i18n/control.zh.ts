import type { Shape } from './shape';
import type { controlEn, controlErrorsEn } from './control.en';

export const controlZh: Shape<typeof controlEn> = {
  tabs: {
    label: '此设备的页面',
    overview: '概览',
    ptz: '云台',
    snapshots: '抓图',
    alarms: '报警',
    config: '配置',
    audio: '音频',
    firmware: '固件',
    logs: '日志',
    commands: '操作记录',
    maintenance: '维护',
    protocol: '协议',
    noMethod: '此设备不支持 {{method}} 命令。',
  },
};

export const controlErrorsZh: Shape<typeof controlErrorsEn> = {
  device_offline: '设备离线。',
  device_refused: '设备拒绝了：{{device}}',
  not_supported: '此设备不支持该操作。',
  device_timeout: '设备未在规定时间内响应。',
  device_busy: '设备正忙于其他命令，请稍后再试。',
  device_disconnected: '设备在响应前断开了连接。',
  confirmation_needed: '输入的名称与设备不符。',
};
