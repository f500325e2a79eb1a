// Labels of the shop.
export const labels = {
  close: "Fermer – à bientôt",
  price: "Prix : 10 €",
};
