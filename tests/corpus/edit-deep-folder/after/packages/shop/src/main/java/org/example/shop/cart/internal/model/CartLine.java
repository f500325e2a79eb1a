package org.example.shop.cart.internal.model;

record CartLine(String name, int cents, int count) {}
