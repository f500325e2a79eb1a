using System;
using Shop;
