export const greetings = {
  en: "Welcome 👋🏽 — come in",
  fr: "Bienvenue à la cafétéria",
  ja: "いらっしゃいませ、どうぞ",
  he: "ברוכים הבאים!",
  flag: "🇨🇭 👩‍👩‍👧‍👦",
};
