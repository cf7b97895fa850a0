import type { bindingEn, bindingErrorsEn } from './binding.en';
import type { Shape } from './shape';

export const bindingZh: Shape<typeof bindingEn> = {
  bind: {
    title: '绑定设备',
    text: '适用于出厂时已有设备号和密码的摄像机。让它扫描二维码，或在设备上输入绑定码，它就会加入你的组织。',
    name: '设备名称',
    group: '分组',
    optional: '可选',
    make: '生成绑定码',
    wifi: '摄像机需要连接 Wi-Fi',
    ssid: 'Wi-Fi 名称',
    wifiPassword: 'Wi-Fi 密码',
    wifiHint: '仅写入二维码，不会离开此浏览器。',
    qr: '供摄像机扫描的二维码',
    qrHint: '将屏幕对准摄像机，距离 15–30 厘米。',
    id: '绑定码',
    qrText: '二维码内容',
    command: '或使用接入程序',
    waiting: '正在等待设备…',
    left: '{{minutes}} 分钟内有效，仅限一次。',
    lastMinute: '有效时间不足一分钟。',
    bound: '{{name}} 已绑定成功',
    already: '{{name}} 早已属于你的组织',
    open: '打开设备',
    refused: '设备被拒绝',
    stillGood: '在绑定码有效期内，设备可再次发送它；也可以重新生成。',
    expired: '绑定码已过期',
    expiredHint: '没有设备及时使用它。请重新生成后再试。',
    again: '重新生成',
    another: '再绑定一台',
    reason: {
      held_elsewhere: '此设备属于另一个组织。请先在那里释放它。',
      too_many_devices: '你的组织的设备数已达上限。请释放一些设备，或联系平台运营人员。',
      other: '云平台返回：{{reason}}',
    },
  },
  release: {
    action: '释放',
    title: '释放 {{name}}？',
    text: '设备立即离开你的组织：这里不再能看到它的画面。其上报内容、分组和相关权限设置会被清除。来自平台的设备可由任何组织绑定；在此添加的设备会被删除，需在新的组织中重新添加。',
    reset: '先恢复出厂设置',
    resetHint: '清除设备上的 Wi-Fi 等设置并重启设备。设备必须在线。',
    done: '{{name}} 已释放',
  },
  private: {
    title: '画面仅限组织内部查看',
    text: '你是平台管理员，可以知道此设备的存在。只有 {{name}} 的所有者开放访问期间，你才能看到画面。',
  },
};

export const bindingErrorsZh: Shape<typeof bindingErrorsEn> = {
  device_offline: '设备离线。',
  stocked_password: '此设备属于平台库存，保留其原有密码。',
  device_held: '此设备已属于某个组织。',
  device_refused: '设备没有完成恢复出厂设置，因此未被释放。',
  device_timeout: '设备没有响应。',
  no_tenant: '此设备不属于任何组织，无需释放。',
  no_such_bind: '此绑定码已不存在。',
  too_many_binds: '等待中的绑定码过多，请先使用或等待其过期。',
  too_many_devices: '组织的设备数已达上限。',
  release_instead: '此设备属于平台库存，请使用“释放”。',
};
