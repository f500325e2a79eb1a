using System;

class Cart
{
    int count = 0;
}
