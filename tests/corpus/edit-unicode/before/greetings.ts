export const greetings = {
  en: "Welcome 👋🏽",
  fr: "Bienvenue à la cafétéria",
  ja: "いらっしゃいませ",
  he: "ברוכים הבאים",
  flag: "🇨🇭 👩‍👩‍👧",
};
