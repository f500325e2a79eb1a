using System;

class Cart
{
    int count = 0;
    const int Limit = 100;
}
