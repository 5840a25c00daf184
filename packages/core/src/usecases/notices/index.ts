export {
  deleteNotice,
  describeNotice,
  getNotice,
  listNotices,
  noticeNotFound,
  putNotice,
  testNotice,
  type NoticeDescription,
} from './notices.ts'
