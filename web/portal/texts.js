import { bytes } from "../shared/format.js";

const many = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;
const time = (seconds) => (seconds > 90 ? many(Math.ceil(seconds / 60), "minute") : many(seconds, "second"));

/** All that the page says, but for what the API says of a picture or a problem. */
export default {
  brand: "Bucket Brigade", signOut: "Sign out", signedOut: "You are signed out.",
  sessionEnded: "Your session has ended. Sign in again to go on.",
  offline: "The server cannot be reached. Check your connection and try again.",
  failed: "Something went wrong. Try again.", later: (seconds) => `Try again in ${time(seconds)}.`,
  signIn: {
    title: "Sign in", welcome: "Hand over your pictures",
    about: "Upload them here, and get them back in every size and format that a website needs.",
    email: "Your e-mail address", hint: "We send a code to it. There is no password.", send: "Send me a code",
    badEmail: "This is not an e-mail address.", badCode: "A code has six digits.",
    codeTitle: "Enter your code", code: "Code from the e-mail", confirm: "Sign in", takeCode: "Use this code",
    sent: (email) => `We have sent six digits to ${email}. They are good for 15 minutes.`,
    again: "Ask for another code", linkTitle: "Almost there", link: "You have followed the link from our e-mail.",
    inbox: "Inbox of this local cloud", inboxAbout: "Nothing leaves this machine: its mails arrive here.",
  },
  upload: {
    title: "Your pictures", choose: "Choose pictures", folder: "Choose a folder", camera: "Take a photo",
    drop: "Drop pictures anywhere on this page, or paste them.", dropNow: "Let go to upload",
    limits: ({ limits: { bytes_a_file: each, bytes_a_day: day }, left }) =>
      `Up to ${bytes(each)} each. ${bytes(left.bytes)} of today’s ${bytes(day)} are left.`,
    list: "Uploads", of: (name) => `Upload of ${name}`, added: (count) => `${many(count, "file")} added.`,
    tally: (counted) => Object.entries({ going: "under way", ready: "ready", refused: "refused", broken: "not sent" })
      .filter(([name]) => counted[name]).map(([name, words]) => `${counted[name]} ${words}`).join(" · "),
    finished: (tally) => `Uploads are done: ${tally}.`, wrong: (name, reason) => `${name}: ${reason}`,
    waiting: "Waiting", checking: "Checking", arrived: "Uploaded, being processed",
    there: "Already there", ready: "Ready", cancelled: "Cancelled",
    sending: (share, speed) => `${Math.floor(share * 100)} %${speed ? ` · ${bytes(speed)}/s` : ""}`,
    cancel: "Cancel", retry: "Try again", open: "Open", retryAll: (count) => `Try ${count} again`,
    clear: "Clear finished", named: (action, name) => `${action}: ${name}`, empty: "The file is empty.",
    notAllowed: "This is no picture of a format that we take.", lost: "The connection broke off.",
    tooLarge: (size, limit) => `It is too large: ${bytes(size)}. The limit is ${bytes(limit)}.`,
    dayIsFull: (left) => `It is more than what is left of today’s limit: ${bytes(left)}.`,
    storage: (status) => `The storage refused it (${status}).`,
  },
  gallery: {
    title: "Gallery", none: "Nothing here yet. What you upload appears here.", more: "Show more",
    status: { PROCESSING: "In progress", FAILED: "Failed", QUARANTINED: "Held back", SUPERSEDED: "Replaced" },
    ready: (name) => `${name} is ready.`,
  },
  picture: {
    back: "All pictures", missing: "There is no such picture", missingAbout: "It may have been deleted.",
    processing: "It is being processed. This takes a few seconds.",
    uploaded: "Uploaded", original: "Original", dimensions: "Size", pixels: (w, h) => `${w} × ${h} pixels`,
    alt: "Text alternative", noAlt: "None in the picture’s metadata", copy: "Copy", copied: "Copied",
    forms: { picture: "HTML, best format", img: "HTML, one format", amp: "AMP", markdown: "Markdown" },
    markup: "Put it on your page", form: "Form of the markup", renditions: "Sizes and formats", file: "File",
    type: "Format", bytes: "Bytes", stages: "What happened", step: "Step", took: "Took", after: "Done after",
    delete: "Delete this picture", sure: (name) => `Delete ${name}?`, yes: "Delete", no: "Keep it",
    sureAbout: "The picture and everything that was made from it go. Pages that show it will show nothing.",
    deleted: (name) => `${name} is deleted.`,
  },
};
