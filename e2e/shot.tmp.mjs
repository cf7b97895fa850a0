import { WebSocket } from 'ws';
import { chromium } from 'playwright-core';
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox','--disable-gpu'] });
const dark = process.argv[2]==='dark', width = Number(process.argv[3]??1600), locale = process.argv[4]??'en-GB';
const context = await browser.newContext({ viewport: { width, height: width<500?844:1000 }, locale, colorScheme: dark?'dark':'light' });
const page = await context.newPage();
page.on('pageerror', e=>console.log('pageerror', e.message)); page.on('console', m=>{ if(m.type()==='error') console.log('console', m.text()); });
await page.goto('http://127.0.0.1:18124/?login_code=cam-7');
await page.getByTestId('protocol').waitFor();
await page.waitForTimeout(500);
const ws = new WebSocket('ws://127.0.0.1:18123/ovc?login_code=cam-7&login_passwd=x&hardware_model=HW-1&firmware_model=1.2');
let seq=1; const say=(m)=>ws.send(typeof m==='string'?m:JSON.stringify(m));
ws.on('message', d=>{ let m; try{ m=JSON.parse(String(d)); }catch{ ws.close(1007,'rule 5: not JSON'); return; } if(m.req==='DevInfo') setTimeout(()=>say({seq:m.seq,resp:{dev_id:'1',hardware_model:'HW-1',firmware_model:'1.2',wifi_signal:140,colour:'red'}}),40); else if(m.req) say({seq:m.seq,err:{code:101,msg:'unknown'}}); });
await new Promise(r=>ws.once('open',r));
say({req:'GetServerInfo',seq:seq++});
for(let i=0;i<12;i++){ say({req:'Keepalive',params:{state:1,channels:[{channel:0,state:i===5?'live':2,stream_id:'s-41',alarm:8}],...(i%4===3?{vendor:1}:{})},seq:seq++}); await new Promise(r=>setTimeout(r,30)); }
say({event:'BatteryChange',params:{battery:130}});
say({req:'AlarmNotify',params:{channel:0,timestamp:1,type:3,state:'start',desc:'院子'},seq:seq++});
await page.waitForTimeout(600);
const name = `${dark?'dark':'light'}-${width}-${locale}`;
await page.screenshot({path:`/tmp/s3shots/${name}-1.png`});
if (width>=1200) {
  await page.getByTestId('send').click(); await page.waitForTimeout(500);
  await page.locator('[data-testid=message][data-method=DevInfo][data-kind=answer]').last().click();
  await page.waitForTimeout(300);
  await page.screenshot({path:`/tmp/s3shots/${name}-2.png`});
  await page.getByText(locale.startsWith('zh')?'发送':'Send',{exact:true}).first().click();
  await page.getByTestId('compose-method').click(); await page.keyboard.type('StartCloud'); await page.keyboard.press('Enter');
  await page.waitForTimeout(400);
  await page.screenshot({path:`/tmp/s3shots/${name}-3.png`});
} else {
  await page.locator('[data-testid=message][data-level=error]').first().click(); await page.waitForTimeout(500);
  await page.screenshot({path:`/tmp/s3shots/${name}-2.png`});
}
ws.close(); await browser.close();
