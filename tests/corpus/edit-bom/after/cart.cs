using System;
using System.Linq;
using Shop;
