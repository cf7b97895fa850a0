import { type LiveGrant, LiveRefused } from '../player/status';
import { ApiError } from './apiError';
import { answerOf, client } from './client';

/** Asks the cloud to have the device publish a channel, and where to pull it from. */
export async function openLive(loginCode: string, channel: number, signal: AbortSignal): Promise<LiveGrant> {
  try {
    const answer = await answerOf(
      client.POST('/api/v1/devices/{login_code}/channels/{channel}/live', {
        params: { path: { login_code: loginCode, channel } },
        signal,
      }),
    );
    return { streamId: answer.stream_id, url: answer.play.fmp4_ws };
  } catch (error) {
    if (error instanceof ApiError) throw new LiveRefused(error.code, error.message);
    throw error;
  }
}
